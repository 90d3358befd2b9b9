using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>
/// Tells how far a group has come, for tools. Asks with a consumer that has the group's id and never joins it, because the oldest
/// supported client has no admin call for a group's offsets.
/// </summary>
public sealed class LagReader(KafkaOptions options, ServiceName service)
{
    /// <summary>One entry for each partition, in order; empty when the topic is not known.</summary>
    /// <param name="topic">Full topic name.</param>
    /// <param name="group">Consumer group.</param>
    /// <param name="limit">How long one question to the brokers may take.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    public Task<IReadOnlyList<PartitionLag>> ReadAsync(string topic, string group, TimeSpan limit, CancellationToken cancellation) => Task.Run(
        () =>
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(KafkaConfig.Observer(options, service.Value, group))
                .SetLogHandler((_, _) => { })
                .SetErrorHandler((_, _) => { })
                .Build();
            try
            {
                return Read(consumer, TopicPartitions.Of(options, service, topic, limit), limit);
            }
            catch (KafkaException fault)
            {
                throw new KafkaUnavailableException($"Kafka did not tell how far '{group}' has come on '{topic}': {fault.Error.Reason}", fault);
            }
        },
        cancellation);

    internal static IReadOnlyList<PartitionLag> Read(IConsumer<byte[], byte[]> consumer, IReadOnlyList<TopicPartition> partitions, TimeSpan limit)
    {
        if (partitions.Count == 0) return [];
        var committed = consumer.Committed(partitions, limit).ToDictionary(one => one.TopicPartition, one => one.Offset.Value);
        var lags = new List<PartitionLag>(partitions.Count);
        foreach (var partition in partitions)
        {
            var marks = consumer.QueryWatermarkOffsets(partition, limit);
            long? next = committed.TryGetValue(partition, out var offset) && offset >= 0 ? offset : null;
            lags.Add(new PartitionLag(partition.Topic, partition.Partition.Value, marks.Low.Value, marks.High.Value, next));
        }
        return lags;
    }
}
