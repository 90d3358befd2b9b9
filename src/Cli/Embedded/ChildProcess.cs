using System.Diagnostics;

namespace Pipeline.Cli.Embedded;

/// <summary>
/// A program started by this one: its output goes to a file, it sees no Ctrl-C of the terminal, and the guardian ends it should this
/// process die. It is only ever ended by its number.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Guardian guardian;

    private ChildProcess(string name, string logFile, Process process, Guardian guardian)
    {
        Name = name;
        LogFile = logFile;
        this.process = process;
        this.guardian = guardian;
        Id = process.Id;
        Ended = WaitAsync();
    }

    /// <summary>What people call it, for example <c>resolver</c>.</summary>
    public string Name { get; }

    /// <summary>Where its output goes.</summary>
    public string LogFile { get; }

    /// <summary>Its process number.</summary>
    public int Id { get; }

    /// <summary>Completes when it has ended, with its exit code (128 + signal when a signal ended it).</summary>
    public Task<int> Ended { get; }

    /// <summary>Starts a program.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="logFile">Its output is appended here.</param>
    /// <param name="guardian">Ends it when we die.</param>
    /// <param name="endSignal">What asks it to end: <c>TERM</c> or <c>INT</c>.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Variables to set besides ours.</param>
    public static ChildProcess Start(
        string name, string logFile, Guardian guardian, string endSignal, IEnumerable<string> command, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);

        // Each `exec` replaces the process before it, so the number we get is the program's own. The log file is opened by the shell,
        // not piped through us: the child keeps writing while we are busy, and is not ended by a broken pipe when we die.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        foreach (var argument in (IEnumerable<string>)["-c", """exec >>"$1" 2>&1 </dev/null; shift; exec "$@" """, "sh", logFile, SystemPrograms.OwnSession, .. command])
            start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment ?? []) start.Environment[key] = value;

        var process = Process.Start(start)!;
        guardian.Watch(process.Id, endSignal);
        return new ChildProcess(name, logFile, process, guardian);
    }

    /// <summary>Asks it to end, waits, and in the end makes it.</summary>
    /// <param name="signal">What asks it, see <see cref="Signal"/>.</param>
    /// <param name="patience">How long to wait before SIGKILL.</param>
    public async Task StopAsync(int signal, TimeSpan patience)
    {
        if (Ended.IsCompleted) return;
        Signal.Send(Id, signal);
        try
        {
            await Ended.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            Signal.Send(Id, Signal.Kill);
            await Ended;
        }
    }

    /// <summary>The last lines it wrote, for a message about its end.</summary>
    public string LastLines(int count = 8)
    {
        try
        {
            return string.Join('\n', File.ReadLines(LogFile).TakeLast(count));
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(Signal.Terminate, TimeSpan.FromSeconds(10));
        process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        await process.WaitForExitAsync();
        guardian.Forget(Id);
        return process.ExitCode;
    }
}
