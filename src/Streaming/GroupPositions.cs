using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Says where a group goes on, for tools. Uses a consumer that has the group's id and never joins it.</summary>
public sealed class GroupPositions(KafkaOptions options, ServiceName service)
{
    /// <summary>Commits positions in the name of a group that has no members; Kafka refuses while it has some.</summary>
    /// <exception cref="KafkaUnavailableException">The brokers did not take it.</exception>
    public Task SetAsync(string group, IReadOnlyList<Position> positions, CancellationToken cancellation) => Task.Run(
        () =>
        {
            if (positions.Count == 0) return;
            using var consumer = new ConsumerBuilder<byte[], byte[]>(KafkaConfig.Observer(options, service.Value, group))
                .SetLogHandler((_, _) => { })
                .SetErrorHandler((_, _) => { })
                .Build();
            try
            {
                consumer.Commit(positions.Select(position => new TopicPartitionOffset(position.Topic, position.Partition, position.Offset)));
            }
            catch (KafkaException refused)
            {
                throw new KafkaUnavailableException($"Kafka did not take the positions of '{group}': {refused.Error.Reason}", refused);
            }
        },
        cancellation);
}
