namespace Pipeline.Streaming;

/// <summary>
/// One tenure of partitions, from the moment the group gave them to this member until they are gone. A batch belongs to exactly one
/// tenure; what is left of a batch after its tenure ended is dropped, because somebody else reads those partitions now.
/// </summary>
internal sealed class Assignment : IDisposable
{
    private readonly Lock access = new();
    private readonly CancellationTokenSource closing = new();
    private readonly CancellationTokenSource ended = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<int, long> next = [];
    private int batches;
    private bool closed;

    public Assignment(string topic, IReadOnlyList<int> partitions)
    {
        Topic = topic;
        Tenure = new Tenure(partitions);
        Closing = closing.Token;
        Ended = ended.Token;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partitions; may be none when the group has more members than partitions.</summary>
    public IReadOnlyList<int> Partitions => Tenure.Partitions;

    /// <summary>What stages and background work see of it.</summary>
    public Tenure Tenure { get; }

    /// <summary>No new batch begins; the one in flight may still finish, but no longer waits for anything that could take long.</summary>
    public CancellationToken Closing { get; }

    /// <summary>Nothing of this tenure may take effect any more.</summary>
    public CancellationToken Ended { get; }

    /// <summary>A batch begins.</summary>
    /// <returns>False when the tenure is closing: the batch has to be dropped.</returns>
    public bool TryBegin()
    {
        lock (access)
        {
            if (closed) return false;
            batches++;
            return true;
        }
    }

    /// <summary>A batch that has begun has been committed or dropped.</summary>
    public void Finish()
    {
        lock (access)
        {
            batches--;
            if (closed && batches == 0) idle.TrySetResult();
        }
    }

    /// <summary>Lets no further batch begin.</summary>
    /// <returns>Completes when no batch is in flight.</returns>
    public Task Close()
    {
        lock (access)
        {
            closed = true;
            if (batches == 0) idle.TrySetResult();
        }
        closing.Cancel();
        return idle.Task;
    }

    /// <summary>The end: whatever is still in flight is cancelled and never committed.</summary>
    public void End()
    {
        _ = Close();
        ended.Cancel();
    }

    /// <summary>The first record of a partition is about to be worked on.</summary>
    public void StartAt(int partition, long offset)
    {
        lock (access) next.TryAdd(partition, offset);
    }

    /// <summary>Everything before these positions has taken effect.</summary>
    public void Advance(IReadOnlyList<Position> positions)
    {
        lock (access)
            foreach (var position in positions)
                next[position.Partition] = position.Offset;
    }

    /// <summary>Where a partition goes on; null when none of its records has been seen yet.</summary>
    public long? NextOf(int partition)
    {
        lock (access) return next.TryGetValue(partition, out var offset) ? offset : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        closing.Dispose();
        ended.Dispose();
    }
}
