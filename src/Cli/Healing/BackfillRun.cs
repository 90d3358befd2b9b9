using Pipeline.Cli.Operations;
using Pipeline.Healing;

namespace Pipeline.Cli.Healing;

/// <summary>One run of <c>pipeline backfill</c>.</summary>
internal sealed class BackfillRun(Terminal terminal, TimeProvider clock)
{
    /// <summary>What was asked for.</summary>
    public sealed record Request(BackfillOptions Options, bool Execute, string? Mappings, string? List, int Examples, bool ShowNumbers);

    /// <summary>Runs it.</summary>
    public Task<int> RunAsync(Request request, OperatingTools tools, CancellationToken cancellation) => throw new NotSupportedException($"{terminal} {clock} {request} {tools} {cancellation}");
}
