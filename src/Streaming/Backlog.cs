namespace Pipeline.Streaming;

/// <summary>
/// How many bytes the reader of a topic is behind, by partition: what this process wrote and the reader has not committed yet. Plain
/// bookkeeping without Kafka; not safe for several threads.
/// </summary>
internal sealed class Backlog
{
    // Neighbouring records are remembered together, so that a full backlog takes hundreds of entries and not thousands.
    private const int EntryBytes = 16 * 1024;

    // A record's size before any was seen; more than the usual one, so that a first guess errs towards waiting.
    private const long UsualRecord = 2048;

    private readonly Dictionary<int, Partition> partitions = [];
    private long writtenRecords;
    private long writtenBytes;

    /// <summary>Bytes handed to the client and not acknowledged yet; their partition is not known, so they count for every one.</summary>
    public long Outstanding { get; private set; }

    /// <summary>The partitions that have been heard of.</summary>
    public IReadOnlyCollection<int> Partitions => partitions.Keys;

    /// <summary>The most bytes that the reader is behind on one partition, what is outstanding included.</summary>
    public long Largest
    {
        get
        {
            var largest = 0L;
            foreach (var partition in partitions.Values) largest = Math.Max(largest, partition.Bytes(AverageRecord));
            return largest + Outstanding;
        }
    }

    private long AverageRecord => writtenRecords < 100 ? UsualRecord : writtenBytes / writtenRecords + 1;

    /// <summary>What lay unread before this process wrote anything: counted in records, because nobody knows their bytes.</summary>
    public void StartWith(int partition, long next, long high) => partitions[partition] = new Partition { Next = next, UnknownUntil = high };

    /// <summary>Bytes have been handed to the client.</summary>
    public void Handed(long bytes) => Outstanding += bytes;

    /// <summary>They were not written after all.</summary>
    public void Withdrawn(long bytes) => Outstanding -= bytes;

    /// <summary>They lie at an offset now.</summary>
    public void Written(int partition, long offset, int bytes)
    {
        Outstanding -= bytes;
        writtenRecords++;
        writtenBytes += bytes;
        if (!partitions.TryGetValue(partition, out var known)) partitions[partition] = known = new Partition();
        known.Write(offset, bytes);
    }

    /// <summary>The reader has committed: everything before <paramref name="next"/> is read.</summary>
    public void Committed(int partition, long next)
    {
        if (partitions.TryGetValue(partition, out var known)) known.Commit(next);
    }

    private sealed class Partition
    {
        private readonly Queue<(long LastOffset, long Bytes)> entries = new();
        private (long LastOffset, long Bytes) tail;
        private long bytes;

        public long Next { get; set; }

        public long UnknownUntil { get; init; }

        public long Bytes(long averageRecord) => bytes + Math.Max(0, UnknownUntil - Next) * averageRecord;

        public void Write(long offset, int size)
        {
            bytes += size;
            tail = (offset, tail.Bytes + size);
            if (tail.Bytes < EntryBytes) return;
            entries.Enqueue(tail);
            tail = default;
        }

        public void Commit(long next)
        {
            Next = Math.Max(Next, next);
            while (entries.TryPeek(out var oldest) && oldest.LastOffset < Next) bytes -= entries.Dequeue().Bytes;
            if (entries.Count > 0 || tail.Bytes == 0 || tail.LastOffset >= Next) return;
            bytes -= tail.Bytes;
            tail = default;
        }
    }
}
