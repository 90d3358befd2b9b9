using System.Runtime.InteropServices;

namespace Pipeline.Cli;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks the command to end in order, the second to end at once, the third ends the process there and then.
/// Children do not see the terminal's Ctrl-C (each has a session of its own), so the command decides in which order they stop.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly CancellationTokenSource hurrying = new();
    private readonly PosixSignalRegistration[] registrations;
    private int received;

    /// <summary>Listens from now on.</summary>
    public Interruption() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
    ];

    /// <summary>Cancelled by the first signal: end in order.</summary>
    public CancellationToken Ending => ending.Token;

    /// <summary>Cancelled by the second signal: wait for nothing any more.</summary>
    public CancellationToken Hurrying => hurrying.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        ending.Dispose();
        hurrying.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        switch (Interlocked.Increment(ref received))
        {
            case 1: ending.Cancel(); break;
            case 2: hurrying.Cancel(); break;
            // The guardian ends the children.
            default: Environment.Exit(ExitCode.Interrupted); break;
        }
    }
}
