using System.Text;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Reads what has been set aside, for tools. Joins no group and commits nothing.</summary>
public sealed class DeadLetterReader(KafkaOptions options, ServiceName service)
{
    /// <summary>Everything in the dead-letter topic of a topic that was there when the call began.</summary>
    /// <param name="topic">The topic the records were read from, not the dead-letter topic.</param>
    /// <param name="limit">How long the brokers may be silent.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    public Task<IReadOnlyList<DeadLetter>> ReadAsync(string topic, TimeSpan limit, CancellationToken cancellation) => Task.Run<IReadOnlyList<DeadLetter>>(
        () =>
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(KafkaConfig.Observer(options, service.Value, $"{service.Value}-dead-letters"))
                .SetLogHandler((_, _) => { })
                .SetErrorHandler((_, _) => { })
                .Build();
            try
            {
                return Read(consumer, topic + Contracts.Topics.DeadLetterSuffix, limit, cancellation);
            }
            catch (KafkaException fault)
            {
                throw new KafkaUnavailableException($"Kafka did not hand out the dead letters of '{topic}': {fault.Error.Reason}", fault);
            }
        },
        cancellation);

    private List<DeadLetter> Read(IConsumer<byte[], byte[]> consumer, string topic, TimeSpan limit, CancellationToken cancellation)
    {
        var ends = new Dictionary<TopicPartition, long>();
        foreach (var here in TopicPartitions.Of(options, service, topic, limit))
        {
            var marks = consumer.QueryWatermarkOffsets(here, limit);
            if (marks.High.Value > marks.Low.Value) ends[here] = marks.High.Value;
        }

        var letters = new List<DeadLetter>();
        consumer.Assign(ends.Keys.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
        while (ends.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var record = consumer.Consume(limit) ?? throw new KafkaUnavailableException($"Kafka stopped handing out '{topic}'.");
            letters.Add(Of(record.Message.Headers, topic));
            if (record.Offset.Value + 1 >= ends[record.TopicPartition]) ends.Remove(record.TopicPartition);
        }
        return letters;
    }

    private static DeadLetter Of(Headers headers, string topic) => new(
        Text(headers, HeaderNames.ErrorPrefix + "topic") ?? topic,
        Text(headers, HeaderNames.ErrorPrefix + "connector.name") ?? "",
        Text(headers, HeaderNames.DeadLetterReason) ?? "",
        Text(headers, HeaderNames.EventId) ?? "");

    private static string? Text(Headers headers, string name) =>
        headers.TryGetLastBytes(name, out var bytes) && bytes is not null ? Encoding.UTF8.GetString(bytes) : null;
}
