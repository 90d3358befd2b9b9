namespace Pipeline.Cli.Runs;

/// <summary>
/// While services run inside this process, what they write to the console goes to a file: the terminal belongs to the progress display.
/// </summary>
internal sealed class RunLog : IDisposable
{
    private readonly TextWriter output = Console.Out;
    private readonly TextWriter error = Console.Error;
    private readonly StreamWriter file;

    /// <summary>From now on, until disposal. The terminal must have been opened before.</summary>
    public RunLog(string path)
    {
        Path = path;
        file = new StreamWriter(path, append: false) { AutoFlush = true };
        var shared = TextWriter.Synchronized(file);
        Console.SetOut(shared);
        Console.SetError(shared);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Console.SetOut(output);
        Console.SetError(error);
        file.Dispose();
    }
}
