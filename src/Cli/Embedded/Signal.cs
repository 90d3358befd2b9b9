using System.Runtime.InteropServices;

namespace Pipeline.Cli.Embedded;

/// <summary>Sends signals to processes by their number; .NET itself can only send SIGKILL.</summary>
internal static partial class Signal
{
    /// <summary>Ctrl-C; Postgres takes it as “fast shutdown”.</summary>
    public const int Interrupt = 2;

    /// <summary>Postgres takes it as “immediate shutdown”.</summary>
    public const int Quit = 3;

    /// <summary>No more.</summary>
    public const int Kill = 9;

    /// <summary>Go on after <see cref="Stop"/>.</summary>
    public const int Continue = 18;

    /// <summary>Freeze: the process is there and does nothing.</summary>
    public const int Stop = 19;

    /// <summary>End in order.</summary>
    public const int Terminate = 15;

    /// <summary>Sends a signal.</summary>
    /// <returns>False when there is no such process, or it is not ours to signal.</returns>
    public static bool Send(int pid, int signal) => SendSignal(pid, signal) == 0;

    /// <summary>Whether a process of this number runs. One that has ended and whose parent has not asked for its exit code does not.</summary>
    public static bool IsAlive(int pid) => ProcessAge.Of(pid) is not null;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
