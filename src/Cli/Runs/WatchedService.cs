using Pipeline.Cli.Embedded;
using Pipeline.Cli.Services;

namespace Pipeline.Cli.Runs;

/// <summary>A service that <c>up</c> started. When it ends, that is said once, and once again when somebody has started it anew.</summary>
/// <param name="kind">Which.</param>
/// <param name="url">Where it listens.</param>
/// <param name="process">The process that was started.</param>
internal sealed class WatchedService(ServiceKind kind, string url, ChildProcess process)
{
    private bool away;

    /// <summary>Which.</summary>
    public ServiceKind Kind => kind;

    /// <summary>Where it listens.</summary>
    public string Url => url;

    /// <summary>The process that was started. May have ended and been replaced by one started by hand.</summary>
    public ChildProcess Process => process;

    /// <summary>Looks after it, and says what has changed.</summary>
    public async Task LookAsync(Terminal terminal, ServiceHealth health, CancellationToken cancellation)
    {
        if (!process.Ended.IsCompleted) return;
        var well = await health.IsWellAsync(ServiceHealth.LiveAddress(url), cancellation);
        if (well != away) return;
        away = !well;
        if (well)
        {
            terminal.Say($"The {kind.Name} is back.");
            return;
        }
        terminal.Say($"The {kind.Name} has ended (exit code {await process.Ended}). Its log: {process.LogFile}");
        terminal.Say($"  Start it again: ./pipeline service {kind.Name}");
    }
}
