using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Pipeline.Benchmarks;

const double Goal = 100_000;
const string Usage = """
    Measures how fast messages are read: parsed, understood, pairs and parties found. No Kafka, no database.

    Usage: ./pipeline bench reading

      -h, --help   This text

    Five messages of 1 to 4 KB, each beside the bare parsing of its JSON (the ratio). Takes about two minutes; the machine should have
    nothing else to do. ./pipeline bench without `reading` measures the four services.
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
    .AddDiagnoser(MemoryDiagnoser.Default)
    .WithArtifactsPath(Path.Combine(data, "benchmarks"));

Console.Error.WriteLine("Measuring; this takes about two minutes …");
var summary = BenchmarkRunner.Run<ReadingBenchmarks>(config);
MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Ascii);

var rates = summary.BenchmarksCases.Where(c => c.Descriptor.WorkloadMethod.Name == nameof(ReadingBenchmarks.Read)).Select(c => MessagesPerSecond.Of(summary, c)).ToArray();
if (rates.Length == 0 || rates.Contains(null))
{
    Console.Error.WriteLine("pipeline: a measurement failed.");
    return 1;
}
Console.WriteLine($"\nRead on one core: {rates.Min():N0} to {rates.Max():N0} messages per second; the goal of {Goal:N0} is {(rates.Min() >= Goal ? "reached" : "missed")}.");
return 0;
