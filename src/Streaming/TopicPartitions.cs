using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Asks which partitions a topic has.</summary>
internal static class TopicPartitions
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);

    /// <summary>The partitions in order; none when the topic is not known.</summary>
    /// <exception cref="KafkaException">The brokers did not answer.</exception>
    public static IReadOnlyList<TopicPartition> Of(KafkaOptions options, ServiceName service, string topic, TimeSpan limit)
    {
        // With a handle of its own. An admin client that borrows another client's handle never ends its polling thread, and with
        // the oldest supported librdkafka that thread spins.
        using var admin = new AdminClientBuilder(KafkaConfig.Admin(options, service.Value))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        var known = admin.GetMetadata(topic, limit < LongestAnswer ? limit : LongestAnswer).Topics.Find(one => one.Topic == topic);
        return known is null ? [] : [.. known.Partitions.Select(one => new TopicPartition(topic, one.PartitionId)).OrderBy(one => one.Partition.Value)];
    }
}
