namespace Pipeline.Cli.Runs;

/// <summary>
/// While services run inside this process, what they write to the console goes to a file: the terminal belongs to the progress display.
/// </summary>
internal sealed class RunLog : IDisposable
{
    private readonly TextWriter output = Console.Out;
    private readonly TextWriter error = Console.Error;
    private readonly StreamWriter file;

    /// <summary>From now on, until disposal. The <see cref="Terminal"/> must have been made before.</summary>
    public RunLog(string path)
    {
        Path = path;
        file = new StreamWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        var shared = TextWriter.Synchronized(file);
        Console.SetOut(shared);
        Console.SetError(shared);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The last lines written, for a message about a failure.</summary>
    public string LastLines(int count = 8)
    {
        using var reader = new StreamReader(new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return string.Join('\n', reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(count));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Console.SetOut(output);
        Console.SetError(error);
        // Not closed: a service that is slow to end may still write a line, which is then lost without harm.
        file.Flush();
    }
}
