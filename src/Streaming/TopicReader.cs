using System.Runtime.CompilerServices;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Reads topics outside of a service, for tools: joins no group and commits nothing.</summary>
public sealed class TopicReader(KafkaOptions options, ServiceName service)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads partitions from given positions up to (not including) given others, in the order of each partition. </summary>
    /// <param name="from">Where to begin, one for each partition.</param>
    /// <param name="until">Where to end, by partition; one that is left out is read on for ever.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async IAsyncEnumerable<StoredRecord> ReadAsync(
        IReadOnlyList<Position> from, IReadOnlyList<Position> until, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(KafkaConfig.Observer(options, service.Value, service.Value + ".reader"))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        var ends = until.ToDictionary(end => (end.Topic, end.Partition), end => end.Offset);
        var open = from.Where(start => !ends.TryGetValue((start.Topic, start.Partition), out var end) || start.Offset < end)
            .ToDictionary(start => (start.Topic, start.Partition), start => start.Offset);
        consumer.Assign(open.Select(start => new TopicPartitionOffset(start.Key.Topic, start.Key.Partition, start.Value)));
        while (open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (consumer.Consume(TimeSpan.Zero) is { } record)
            {
                var key = (record.Topic, record.Partition.Value);
                if (!open.ContainsKey(key)) continue;
                var ended = ends.TryGetValue(key, out var end);
                if (!ended || record.Offset.Value < end) yield return Of(record);
                if (ended && record.Offset.Value >= end - 1) open.Remove(key);
                continue;
            }
            CloseWhatIsBehind(consumer, open, ends);
            await Task.Delay(Poll / 10, cancellation);
        }
    }

    private static StoredRecord Of(ConsumeResult<byte[], byte[]> record) => new(
        new Position(record.Topic, record.Partition.Value, record.Offset.Value),
        record.Message.Key,
        record.Message.Value,
        [.. record.Message.Headers.Select(header => new KeyValuePair<string, byte[]>(header.Key, header.GetValueBytes()))],
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, record.Message.Timestamp.UnixTimestampMs)));

    // Compaction, transactions and retention leave gaps, so the last record before an end may not exist.
    private static void CloseWhatIsBehind(
        IConsumer<byte[], byte[]> consumer, Dictionary<(string Topic, int Partition), long> open, Dictionary<(string Topic, int Partition), long> ends)
    {
        foreach (var key in open.Keys.ToList())
            if (ends.TryGetValue(key, out var end) && consumer.Position(new TopicPartition(key.Topic, key.Partition)) is { IsSpecial: false } at && at.Value >= end)
                open.Remove(key);
    }
}
