using Pipeline.Cli.Operations;
using Pipeline.Healing.Generating;

namespace Pipeline.Cli.Healing;

/// <summary>One run of <c>pipeline backfill generate</c>.</summary>
internal sealed class BackfillGenerateRun(Terminal terminal, TimeProvider clock)
{
    /// <summary>Runs it.</summary>
    public Task<int> RunAsync(string schema, GeneratedSize size, OperatingTools tools, CancellationToken cancellation) => throw new NotSupportedException($"{terminal} {clock} {schema} {size} {tools} {cancellation}");
}
