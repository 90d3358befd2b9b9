using System.Diagnostics;

namespace Pipeline.Cli.Embedded;

/// <summary>
/// Ends the children of this process when it dies in a way that leaves it no time to do so itself (kill -9, out of memory). A small
/// shell that reads the pids to care for from a pipe: when the pipe breaks, their parent is gone, and it signals exactly these pids.
/// A parent-death signal would not do: Linux sends it when the <em>thread</em> that started the child ends, and .NET's pool threads end.
/// </summary>
internal sealed class Guardian : IAsyncDisposable
{
    private const string Script = """
        all=
        while read -r verb pid signal; do
          case $verb in
            watch) all="$all $pid:$signal" ;;
            forget) rest=; for one in $all; do [ "${one%%:*}" = "$pid" ] || rest="$rest $one"; done; all=$rest ;;
          esac
        done
        [ -n "$all" ] || exit 0
        for one in $all; do kill -s "${one#*:}" "${one%%:*}" 2>/dev/null; done
        tries=0
        while [ $tries -lt 50 ]; do
          alive=
          for one in $all; do kill -0 "${one%%:*}" 2>/dev/null && alive=yes; done
          [ -n "$alive" ] || exit 0
          sleep 0.2
          tries=$((tries + 1))
        done
        for one in $all; do kill -s KILL "${one%%:*}" 2>/dev/null; done
        """;

    private readonly Process shell;
    private readonly Lock writing = new();
    private bool closed;

    /// <summary>Starts the shell. It lives in a session of its own, so that Ctrl-C in the terminal does not reach it.</summary>
    public Guardian()
    {
        var start = new ProcessStartInfo(SystemPrograms.OwnSession) { RedirectStandardInput = true, WorkingDirectory = "/" };
        foreach (var argument in (string[])["/bin/sh", "-c", Script]) start.ArgumentList.Add(argument);
        shell = Process.Start(start)!;
    }

    /// <summary>From now on this child ends with us.</summary>
    /// <param name="pid">A child of this process.</param>
    /// <param name="signal">What asks it to end, as <c>kill -s</c> knows it: <c>TERM</c>, <c>INT</c>.</param>
    public void Watch(int pid, string signal) => Tell($"watch {pid} {signal}");

    /// <summary>The child has ended; its number may soon belong to somebody else.</summary>
    public void Forget(int pid) => Tell($"forget {pid} -");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Whoever is still watched is ended by the shell now.
        lock (writing)
        {
            closed = true;
            shell.StandardInput.Close();
        }
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    private void Tell(string line)
    {
        lock (writing)
        {
            if (closed) return;
            try
            {
                shell.StandardInput.Write(line + "\n");
                shell.StandardInput.Flush();
            }
            catch (IOException)
            {
                // Somebody has ended the shell. What it cares for is ended by us as long as we are there to do it.
                closed = true;
            }
        }
    }
}
