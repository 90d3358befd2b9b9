using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>
/// Finds where a time begins: for each partition the first record whose timestamp is not before it. The brokers are asked; where they
/// cannot look times up (the in-process broker answers “end” to everything), the records' own timestamps are searched.
/// </summary>
/// <remarks>
/// Producers date their records, so timestamps need not rise. The search halves the partition on the question “dated later than an
/// hour before the time?” and reads on from there record by record. It therefore finds exactly the first record that is not before the
/// time as long as no record is dated more than an hour (<see cref="Disorder"/>) before one that precedes it. Equal timestamps and gaps
/// in the offsets change nothing.
/// </remarks>
public sealed class OffsetsByTime(KafkaOptions options, ServiceName service)
{
    /// <summary>How much earlier than its predecessors a record may be dated without being overlooked.</summary>
    public static readonly TimeSpan Disorder = TimeSpan.FromHours(1);

    // Reading this many records costs less than another round of questions.
    private const int ReadAtOnce = 200;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    /// <summary>The first record of each partition that is not before the time, in the order given; null where all are.</summary>
    /// <param name="partitions">The partitions with their ends.</param>
    /// <param name="time">The time; compared in milliseconds.</param>
    /// <param name="limit">How long one question to the brokers may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    public Task<IReadOnlyList<long?>> FindAsync(IReadOnlyList<PartitionLag> partitions, DateTimeOffset time, TimeSpan limit, CancellationToken cancellation) =>
        GuardedAsync(consumer => AskOrSearch(consumer, partitions, time.ToUnixTimeMilliseconds(), limit, cancellation), cancellation);

    private Task<IReadOnlyList<long?>> GuardedAsync(Func<IConsumer<byte[], byte[]>, IReadOnlyList<long?>> find, CancellationToken cancellation) => Task.Run(
        () =>
        {
            var config = KafkaConfig.Observer(options, service.Value, service.Value + ".times");
            config["enable.partition.eof"] = "true";
            config["fetch.wait.max.ms"] = "10";
            using var consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            try
            {
                return find(consumer);
            }
            catch (KafkaException fault)
            {
                throw new KafkaUnavailableException($"Kafka did not tell where a time begins: {fault.Error.Reason}", fault);
            }
        },
        cancellation);

    private static IReadOnlyList<long?> AskOrSearch(IConsumer<byte[], byte[]> consumer, IReadOnlyList<PartitionLag> partitions, long time, TimeSpan limit, CancellationToken cancellation)
    {
        var filled = partitions.Where(partition => partition.High > partition.Low).ToList();
        if (filled.Count == 0) return [.. partitions.Select(_ => (long?)null)];
        // Every record is from the beginning of time or later, so a broker that knows times answers with an offset here.
        if (Ask(0)[0] < 0) return Search(consumer, partitions, time, cancellation);
        var found = filled.Zip(Ask(time)).ToDictionary(pair => (pair.First.Topic, pair.First.Partition), pair => pair.Second);
        return [.. partitions.Select(partition => found.TryGetValue((partition.Topic, partition.Partition), out var offset) && offset >= 0 ? offset : (long?)null)];

        List<long> Ask(long at) => consumer
            .OffsetsForTimes(filled.Select(one => new TopicPartitionTimestamp(one.Topic, one.Partition, new Timestamp(at, TimestampType.CreateTime))), limit)
            .ConvertAll(one => one.Offset.Value);
    }

    private static IReadOnlyList<long?> Search(IConsumer<byte[], byte[]> consumer, IReadOnlyList<PartitionLag> partitions, long time, CancellationToken cancellation)
    {
        var spans = partitions.ToDictionary(one => new TopicPartition(one.Topic, one.Partition), one => new Span(one.Low, one.High));
        var early = time - (long)Disorder.TotalMilliseconds;
        while (spans.Where(span => span.Value.Width > ReadAtOnce).ToList() is { Count: > 0 } wide)
        {
            // One record of each partition tells on which side its half lies.
            ReadEach(consumer, wide.Select(span => new TopicPartitionOffset(span.Key, span.Value.Middle)), (partition, record) =>
            {
                var span = spans[partition];
                if (record is { } read && read.Offset < span.Until && read.Message.Timestamp.UnixTimestampMs < early) span.From = read.Offset + 1;
                else span.Until = span.Middle;
                return true;
            }, cancellation);
        }

        // What lies before From is all too early; from there on every record is looked at, to the end of the partition.
        var found = new Dictionary<TopicPartition, long>();
        var filled = partitions.Where(one => one.High > one.Low).Select(one => new TopicPartition(one.Topic, one.Partition));
        ReadEach(consumer, filled.Select(key => new TopicPartitionOffset(key, spans[key].From)), (partition, record) =>
        {
            if (record is null) return true;
            if (record.Message.Timestamp.UnixTimestampMs < time) return false;
            found[partition] = record.Offset;
            return true;
        }, cancellation);
        return [.. partitions.Select(one => found.TryGetValue(new TopicPartition(one.Topic, one.Partition), out var offset) ? offset : (long?)null)];
    }

    /// <summary>Reads partitions side by side; each until <paramref name="isDone"/> says so. It is called with null at the end of a partition.</summary>
    private static void ReadEach(
        IConsumer<byte[], byte[]> consumer, IEnumerable<TopicPartitionOffset> from, Func<TopicPartition, ConsumeResult<byte[], byte[]>?, bool> isDone, CancellationToken cancellation)
    {
        var starts = from.ToList();
        var open = starts.Select(start => start.TopicPartition).ToHashSet();
        consumer.Assign(starts);
        var heard = TimeProvider.System.GetTimestamp();
        while (open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (consumer.Consume(Poll) is not { } read)
            {
                if (TimeProvider.System.GetElapsedTime(heard) > LongestSilence) throw new KafkaException(ErrorCode.Local_TimedOut);
                continue;
            }
            heard = TimeProvider.System.GetTimestamp();
            // What comes after the end of a partition's search is passed over: pausing would outlast the next assignment.
            if (open.Contains(read.TopicPartition) && isDone(read.TopicPartition, read.IsPartitionEOF ? null : read)) open.Remove(read.TopicPartition);
        }
        consumer.Unassign();
    }

    // The first record that counts is at From or later; whatever is at Until or later is late enough.
    private sealed class Span(long from, long until)
    {
        public long From { get; set; } = from;

        public long Until { get; set; } = until;

        public long Width => Until - From;

        public long Middle => From + (Width / 2);
    }
}
