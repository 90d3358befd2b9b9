using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Records that were taken together; all of one tenure.</summary>
internal sealed record Taken(Assignment Assignment, IReadOnlyList<ConsumeResult<byte[], byte[]>> Records);

/// <summary>
/// What has been read and not been worked on yet, between the poll thread and the worker. Bounded by records and by bytes; one
/// record always fits, however large.
/// </summary>
internal sealed class RecordBuffer(int mostRecords, long mostBytes, TimeProvider time) : IDisposable
{
    // Key, headers and what the runtime adds to a record, roughly.
    private const int RecordOverhead = 1024;

    private readonly Lock access = new();
    private readonly Queue<ConsumeResult<byte[], byte[]>> records = new();
    private readonly ManualResetEventSlim room = new(initialState: true);
    private Assignment? assignment;
    private TaskCompletionSource? waiting;
    private int wanted;
    private long bytes;

    /// <summary>True when less than half of the room is taken.</summary>
    public bool IsHalfEmpty
    {
        get
        {
            lock (access) return records.Count <= mostRecords / 2 && bytes <= mostBytes / 2;
        }
    }

    /// <summary>Records that wait, and their bytes.</summary>
    public (int Records, long Bytes) Size
    {
        get
        {
            lock (access) return (records.Count, bytes);
        }
    }

    private bool IsFull => records.Count >= mostRecords || bytes >= mostBytes;

    /// <summary>From now on records belong to this tenure; what was there is dropped.</summary>
    public void Begin(Assignment tenure)
    {
        lock (access)
        {
            Drop();
            assignment = tenure;
        }
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        lock (access) Drop();
    }

    /// <summary>Adds a record.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(ConsumeResult<byte[], byte[]> record)
    {
        TaskCompletionSource? wake = null;
        lock (access)
        {
            if (IsFull)
            {
                room.Reset();
                return false;
            }
            records.Enqueue(record);
            bytes += SizeOf(record);
            if (waiting is not null && (records.Count >= wanted || IsFull))
            {
                wake = waiting;
                waiting = null;
            }
        }
        wake?.SetResult();
        return true;
    }

    /// <summary>Waits for room, on the poll thread.</summary>
    public void WaitForRoom(TimeSpan limit) => room.Wait(limit);

    /// <summary>
    /// Takes up to <paramref name="most"/> records in the order in which they were read: as soon as there are that many, or
    /// <paramref name="wait"/> after the first was there.
    /// </summary>
    public async Task<Taken> TakeAsync(int most, TimeSpan wait, CancellationToken cancellation)
    {
        while (true)
        {
            await Arrival(1).WaitAsync(cancellation);
            if (wait > TimeSpan.Zero && Arrival(most) is { IsCompleted: false } more)
            {
                using var stopWaiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                await Task.WhenAny(more, Task.Delay(wait, time, stopWaiting.Token));
                await stopWaiting.CancelAsync();
                cancellation.ThrowIfCancellationRequested();
            }
            if (Take(most) is { } taken) return taken;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => room.Dispose();

    private static long SizeOf(ConsumeResult<byte[], byte[]> record) => (record.Message.Value?.Length ?? 0) + RecordOverhead;

    private Task Arrival(int count)
    {
        lock (access)
        {
            if (records.Count >= count || IsFull) return Task.CompletedTask;
            wanted = count;
            waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiting.Task;
        }
    }

    private Taken? Take(int most)
    {
        lock (access)
        {
            waiting = null;
            if (assignment is null || records.Count == 0) return null;
            var batch = new ConsumeResult<byte[], byte[]>[Math.Min(most, records.Count)];
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i] = records.Dequeue();
                bytes -= SizeOf(batch[i]);
            }
            room.Set();
            return new Taken(assignment, batch);
        }
    }

    private void Drop()
    {
        records.Clear();
        bytes = 0;
        room.Set();
    }
}
