using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>
/// Tells since when a group's oldest unread record has been waiting, by reading that one record of each partition. Joins no group and
/// commits nothing. One question at a time.
/// </summary>
public sealed class UnreadRecords : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly IConsumer<byte[], byte[]> consumer;

    /// <param name="options">Where Kafka is.</param>
    /// <param name="service">The name that the brokers see.</param>
    public UnreadRecords(KafkaOptions options, ServiceName service)
    {
        var config = KafkaConfig.Observer(options, service.Value, service.Value + ".observer");
        // One record of each partition is wanted; the brokers send at least one batch, however large it is.
        config["fetch.message.max.bytes"] = "1024";
        config["queued.min.messages"] = "1";
        config["queued.max.messages.kbytes"] = "1024";
        config["fetch.wait.max.ms"] = "100";
        consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    /// <summary>When the first unread record of each partition was written. A partition without one, or whose record did not come in time, is left out.</summary>
    /// <param name="lags">Where the group goes on.</param>
    /// <param name="limit">How long it may take in all.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<IReadOnlyDictionary<(string Topic, int Partition), DateTimeOffset>> WrittenAtAsync(IReadOnlyList<PartitionLag> lags, TimeSpan limit, CancellationToken cancellation)
    {
        var open = lags.Where(lag => lag.Lag > 0).ToDictionary(lag => (lag.Topic, lag.Partition), lag => lag.Next);
        var found = new Dictionary<(string, int), DateTimeOffset>();
        if (open.Count == 0) return found;

        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timer.CancelAfter(limit);
        await Task.Run(() => Read(open, found, timer.Token), CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        return found;
    }

    /// <summary>Must not be called while a question is under way.</summary>
    public void Dispose() => consumer.Dispose();

    private void Read(Dictionary<(string Topic, int Partition), long> open, Dictionary<(string, int), DateTimeOffset> found, CancellationToken enough)
    {
        consumer.Assign(open.Select(one => new TopicPartitionOffset(one.Key.Topic, one.Key.Partition, one.Value)));
        try
        {
            while (open.Count > 0 && !enough.IsCancellationRequested)
            {
                if (consumer.Consume(Poll) is not { } record || !open.Remove((record.Topic, record.Partition.Value))) continue;
                if (record.Message.Timestamp.Type != TimestampType.NotAvailable)
                    found[(record.Topic, record.Partition.Value)] = DateTimeOffset.FromUnixTimeMilliseconds(record.Message.Timestamp.UnixTimestampMs);
            }
        }
        catch (KafkaException)
        {
            // A partition that cannot be read now has no answer now.
        }
        finally
        {
            consumer.Unassign();
        }
    }
}
