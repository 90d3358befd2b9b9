using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Asks on which topics a group has committed offsets.</summary>
public sealed class GroupTopics(KafkaOptions options, ServiceName service)
{
    /// <summary>Full topic names, in order.</summary>
    /// <param name="group">Consumer group. It is asked about and never joined.</param>
    /// <param name="limit">How long one question to the brokers may take.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    public Task<IReadOnlyList<string>> ReadAsync(string group, TimeSpan limit, CancellationToken cancellation) => Task.Run<IReadOnlyList<string>>(
        () =>
        {
            using var admin = new AdminClientBuilder(KafkaConfig.Admin(options, service.Value)).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            using var consumer = new ConsumerBuilder<byte[], byte[]>(KafkaConfig.Observer(options, service.Value, group)).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            try
            {
                var all = admin.GetMetadata(limit).Topics.SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition.PartitionId))).ToList();
                if (all.Count == 0) return [];
                return [.. consumer.Committed(all, limit).Where(one => one.Offset.Value >= 0).Select(one => one.Topic).Distinct().Order(StringComparer.Ordinal)];
            }
            catch (KafkaException fault)
            {
                throw new KafkaUnavailableException($"Kafka did not tell what '{group}' reads: {fault.Error.Reason}", fault);
            }
        },
        cancellation);
}
