using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>
/// Tells again and again how far one group has come. The same as <see cref="LagReader"/>, with one client kept open: making a client
/// and finding the group's coordinator costs a hundred times what the question itself does.
/// </summary>
public sealed class LagWatch : IDisposable
{
    // Partitions are added rarely, and never taken away.
    private static readonly TimeSpan AskPartitionsEvery = TimeSpan.FromSeconds(30);

    private readonly string group;
    private readonly KafkaOptions options;
    private readonly ServiceName service;
    private readonly TimeProvider time;
    private readonly Dictionary<string, (IReadOnlyList<TopicPartition> Partitions, long AskedAt)> topics = [];
    private readonly IConsumer<byte[], byte[]> consumer;
    private readonly SemaphoreSlim asking = new(1);

    /// <param name="options">Where Kafka is.</param>
    /// <param name="service">The name that the brokers see.</param>
    /// <param name="group">Consumer group. It is asked about and never joined.</param>
    /// <param name="time">For asking again for partitions.</param>
    public LagWatch(KafkaOptions options, ServiceName service, string group, TimeProvider time)
    {
        this.group = group;
        this.options = options;
        this.service = service;
        this.time = time;
        consumer = new ConsumerBuilder<byte[], byte[]>(KafkaConfig.Observer(options, service.Value, group))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
    }

    /// <summary>See <see cref="LagReader.ReadAsync"/>.</summary>
    /// <param name="topic">Full topic name.</param>
    /// <param name="limit">How long one question to the brokers may take.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <param name="only">The partitions that are asked about; null for all.</param>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    public async Task<IReadOnlyList<PartitionLag>> ReadAsync(string topic, TimeSpan limit, CancellationToken cancellation, IReadOnlyList<int>? only = null)
    {
        await asking.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => LagReader.Read(consumer, PartitionsOf(topic, only, limit), limit), cancellation);
        }
        catch (KafkaException fault)
        {
            throw new KafkaUnavailableException($"Kafka did not tell how far '{group}' has come on '{topic}': {fault.Error.Reason}", fault);
        }
        finally
        {
            asking.Release();
        }
    }

    /// <summary>Must not be called while a question is under way.</summary>
    public void Dispose()
    {
        consumer.Dispose();
        asking.Dispose();
    }

    private IReadOnlyList<TopicPartition> PartitionsOf(string topic, IReadOnlyList<int>? only, TimeSpan limit)
    {
        if (only is not null) return [.. only.Select(partition => new TopicPartition(topic, partition))];
        if (topics.TryGetValue(topic, out var known) && known.Partitions.Count > 0 && time.GetElapsedTime(known.AskedAt) < AskPartitionsEvery) return known.Partitions;
        var partitions = TopicPartitions.Of(options, service, topic, limit);
        topics[topic] = (partitions, time.GetTimestamp());
        return partitions;
    }
}
