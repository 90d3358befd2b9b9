namespace Pipeline.Cli;

/// <summary>Says that a folder is in use by this process. Held by the operating system, so it is gone when the process is, however it ended.</summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream held;

    private RunLock(FileStream held, string folder)
    {
        this.held = held;
        Folder = folder;
    }

    /// <summary>The folder that is ours until disposal.</summary>
    public string Folder { get; }

    /// <summary>Takes the folder, or answers null when another process has it.</summary>
    public static RunLock? TryTake(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new RunLock(new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), folder);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Takes the first free of the folders <c>parent/1</c>, <c>parent/2</c>, …, so that two runs at a time do not disturb each other.</summary>
    public static RunLock TakeFirstFree(string parent)
    {
        for (var number = 1; ; number++)
            if (TryTake(Path.Combine(parent, number.ToString())) is { } free) return free;
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();
}
