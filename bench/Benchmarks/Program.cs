using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Pipeline.Benchmarks;

const double Goal = 100_000;
const string Usage = """
    Measures how fast messages are read: parsed, understood, pairs and parties found. No Kafka, no database.

    Usage: ./pipeline bench reading

      -h, --help   This text

    Messages of 1 to 2 KB, each beside the bare parsing of its JSON (the ratio). Takes about a minute; the machine should have nothing
    else to do. ./pipeline bench without `reading` measures the four services.
    Exit codes: 0 measured, 1 a measurement failed, 2 usage, 69 something has to be installed first.
    """;

if (args is ["-h" or "--help"])
{
    Console.WriteLine(Usage);
    return 0;
}
if (args.Length > 0)
{
    Console.Error.WriteLine($"pipeline: bench reading does not know '{args[0]}'. See ./pipeline bench reading --help");
    return 2;
}

var root = Environment.GetEnvironmentVariable("PIPELINE_ROOT") ?? Directory.GetCurrentDirectory();
var data = Environment.GetEnvironmentVariable("PIPELINE_DATA") ?? Path.Combine(root, ".data");

// In this very process: a process for each case is compiled for, which takes longer than measuring, and its project would not know the central versions.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(10).WithIterationTime(TimeInterval.FromMilliseconds(250)).WithId("short");
var config = ManualConfig.CreateEmpty()
    .AddJob(job)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddColumn(new MessagesPerSecond())
    .AddLogger(NullLogger.Instance)
    .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(48))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .WithArtifactsPath(Path.Combine(data, "benchmarks"));

Console.Error.WriteLine("Measuring; this takes about a minute …");
var summary = BenchmarkRunner.Run<ReadingBenchmarks>(config);
MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Ascii);
Console.WriteLine();

foreach (var benchmark in summary.BenchmarksCases.Where(c => c.Descriptor.WorkloadMethod.Name == nameof(ReadingBenchmarks.Read)))
{
    if (MessagesPerSecond.Of(summary, benchmark) is not { } rate)
    {
        Console.Error.WriteLine("pipeline: a measurement failed.");
        return 1;
    }
    Console.WriteLine($"{benchmark.Parameters[nameof(ReadingBenchmarks.Message)],-48} {rate,10:N0} messages per second on one core{(rate < Goal ? $", below the goal of {Goal:N0}" : "")}");
}
return 0;
