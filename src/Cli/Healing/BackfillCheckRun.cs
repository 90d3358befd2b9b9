using Pipeline.Cli.Operations;
using Pipeline.Healing;

namespace Pipeline.Cli.Healing;

/// <summary>One run of <c>pipeline backfill check</c>.</summary>
internal sealed class BackfillCheckRun(Terminal terminal)
{
    /// <summary>Runs it.</summary>
    public Task<int> RunAsync(BackfillOptions options, OperatingTools tools, CancellationToken cancellation) => throw new NotSupportedException($"{terminal} {options} {tools} {cancellation}");
}
