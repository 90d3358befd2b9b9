using System.Diagnostics;
using System.Text;

namespace Pipeline.Servers;

/// <summary>
/// A server that lives no longer than this process. It runs below a small shell that waits on a pipe: when the pipe closes — because
/// <see cref="DisposeAsync"/> was called, or because this process was killed — the shell stops the server by its process id.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    // $1 is the signal; the rest is the server's command line.
    private const string Guardian = "signal=$1; shift; \"$@\" & server=$!; echo \"$server\"; read -r _; kill -\"$signal\" \"$server\"; wait \"$server\"";

    private readonly Process shell;
    private readonly StringBuilder said = new();

    private ServerProcess(Process shell) => this.shell = shell;

    /// <summary>The server's own process id.</summary>
    public int ProcessId { get; private set; }

    /// <summary>What the server has written so far.</summary>
    public string Said
    {
        get { lock (said) return said.ToString(); }
    }

    /// <summary>Starts the server.</summary>
    /// <param name="stopSignal">How it is stopped, for example <c>INT</c>.</param>
    /// <param name="commandLine">Program and arguments.</param>
    public static async Task<ServerProcess> StartAsync(string stopSignal, IReadOnlyList<string> commandLine)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in (string[])["-c", Guardian, "sh", stopSignal, .. commandLine]) start.ArgumentList.Add(argument);

        var server = new ServerProcess(Process.Start(start)!);
        var first = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.shell.OutputDataReceived += (_, line) =>
        {
            if (!first.TrySetResult(line.Data)) server.Hear(line.Data);
        };
        server.shell.ErrorDataReceived += (_, line) => server.Hear(line.Data);
        server.shell.BeginOutputReadLine();
        server.shell.BeginErrorReadLine();
        server.ProcessId = int.Parse((await first.Task)!);
        return server;
    }

    /// <summary>Stops the server and waits until it has gone.</summary>
    public async ValueTask DisposeAsync()
    {
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    private void Hear(string? line)
    {
        lock (said) said.AppendLine(line);
    }
}
