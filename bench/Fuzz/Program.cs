using Pipeline.Fuzz;

if (args.Any(a => a is "-h" or "--help"))
{
    Console.WriteLine(Options.Usage);
    return 0;
}
if (Options.Parse(args, out var error) is not { } options)
{
    Console.Error.WriteLine($"pipeline: {error} See ./pipeline fuzz --help");
    return 2;
}

var root = Environment.GetEnvironmentVariable("PIPELINE_ROOT") ?? Directory.GetCurrentDirectory();
var data = Environment.GetEnvironmentVariable("PIPELINE_DATA") ?? Path.Combine(root, ".data");
var run = new Run(options, Path.Combine(data, "fuzz"));
run.Read();

var isSlow = run.Undisturbed(0.999) > options.LimitMilliseconds * 1000;
Console.WriteLine($"""
    payloads            {run.Payloads,12:N0}
    events read         {run.Events,12:N0}
    crashes             {run.Crashes,12:N0}   must be 0
    phones from LIDs    {run.PhonesFromLids,12:N0}   must be 0
    seed                {options.Seed,12}   after {Options.WarmUpRounds} rounds of warming up

    one payload, split and read, in microseconds
            by the clock   undisturbed
    p50   {run.Microseconds(0.5),14:F1}{run.Undisturbed(0.5),14:F1}
    p99   {run.Microseconds(0.99),14:F1}{run.Undisturbed(0.99),14:F1}
    p99.9 {run.Microseconds(0.999),14:F1}{run.Undisturbed(0.999),14:F1}   limit {options.LimitMilliseconds * 1000:F0}
    max   {run.Microseconds(1),14:F1}{run.Undisturbed(1),14:F1}

    {run.Slow} payloads took longer than the limit. Memory was collected during {run.SlowWithCollection} of them; {run.SlowAgain} were as slow when read once more.
    Collections: {GC.CollectionCount(0)} in all, {GC.CollectionCount(1)} of them beyond the youngest generation; {GC.GetTotalPauseDuration().TotalMilliseconds:F0} ms of pauses.
    """);
if (isSlow) Console.Error.WriteLine("pipeline: slower than the limit. See ./pipeline fuzz --help");
return run.Crashes > 0 || run.PhonesFromLids > 0 || isSlow ? 1 : 0;
