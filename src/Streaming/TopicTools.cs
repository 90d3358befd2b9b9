using System.Runtime.CompilerServices;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>
/// What commands do with topics outside of a service: read them without a group, write records back unchanged, and move a group's
/// positions. Together with <see cref="LagReader"/> and <see cref="TopicAdmin"/> all that the command line needs of Kafka.
/// </summary>
public sealed class TopicTools(KafkaOptions options, ServiceName service, KafkaProducer producer)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads partitions from given positions up to (not including) given others, in the order of each partition. Joins no group, commits nothing.</summary>
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

    /// <summary>Writes a record to a topic with its key, value and headers unchanged; returns when it is acknowledged.</summary>
    /// <exception cref="KafkaUnavailableException">Not acknowledged within the limit.</exception>
    /// <exception cref="RecordTooLargeException">The record is larger than Kafka takes.</exception>
    public async Task WriteAsync(string topic, StoredRecord record, TimeSpan limit, CancellationToken cancellation)
    {
        var headers = new Headers();
        foreach (var (name, value) in record.Headers) headers.Add(name, value);
        var message = new Message<byte[], byte[]>
        {
            Key = record.Key!,
            Value = record.Value!,
            Headers = headers,
            Timestamp = new Timestamp(record.Timestamp.ToUnixTimeMilliseconds(), TimestampType.CreateTime),
        };
        var acknowledgements = new Acknowledgements(1);
        if (!producer.TryProduce(topic, message, new Delivery(acknowledgements, null, 0, 0).Report)) throw new KafkaUnavailableException("The queue to Kafka is full.");
        try
        {
            await acknowledgements.Completion.WaitAsync(limit, cancellation);
        }
        catch (TimeoutException)
        {
            throw new KafkaUnavailableException($"Kafka did not acknowledge within {limit.TotalSeconds:0.###} s.");
        }
        catch (DeliveryFailedException refused)
        {
            throw new KafkaUnavailableException("Kafka refused a record: " + refused.Message, refused);
        }
    }

    /// <summary>Sets the committed positions of a group that has no members.</summary>
    /// <exception cref="InvalidOperationException">Kafka refused, which it does while the group has members.</exception>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    public Task CommitAsync(string group, IReadOnlyList<Position> positions, CancellationToken cancellation) => Task.Run(
        () =>
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(KafkaConfig.Observer(options, service.Value, group))
                .SetLogHandler((_, _) => { })
                .SetErrorHandler((_, _) => { })
                .Build();
            try
            {
                consumer.Commit(positions.Select(position => new TopicPartitionOffset(position.Topic, position.Partition, position.Offset)));
            }
            catch (KafkaException refused) when (refused.Error.Code is ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration or ErrorCode.RebalanceInProgress)
            {
                throw new InvalidOperationException($"The positions of '{group}' can be set only while it has no members.", refused);
            }
            catch (KafkaException silent)
            {
                throw new KafkaUnavailableException($"Kafka did not take the positions of '{group}': {silent.Error.Reason}", silent);
            }
        },
        cancellation);

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
