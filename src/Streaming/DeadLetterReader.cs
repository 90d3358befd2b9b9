namespace Pipeline.Streaming;

/// <summary>Reads what has been set aside, for tools. Joins no group and commits nothing.</summary>
public sealed class DeadLetterReader(KafkaOptions options, ServiceName service)
{
    private readonly TopicReader reader = new(options, service);
    private readonly LagReader watermarks = new(options, service);

    /// <summary>Everything in the dead-letter topic of a topic that was there when the call began.</summary>
    /// <param name="topic">The topic the records were read from, not the dead-letter topic.</param>
    /// <param name="limit">How long the brokers may take to say how much there is.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    public async Task<IReadOnlyList<DeadLetter>> ReadAsync(string topic, TimeSpan limit, CancellationToken cancellation)
    {
        var letters = new List<DeadLetter>();
        var partitions = await watermarks.ReadAsync(topic + Contracts.Topics.DeadLetterSuffix, service.Value + ".dead-letters", limit, cancellation);
        var from = partitions.Select(partition => new Position(partition.Topic, partition.Partition, partition.Low)).ToList();
        var until = partitions.Select(partition => new Position(partition.Topic, partition.Partition, partition.High)).ToList();
        await foreach (var record in reader.ReadAsync(from, until, cancellation)) letters.Add(Of(record));
        return letters;
    }

    private static DeadLetter Of(StoredRecord record) => new(
        record.TextOf(HeaderNames.ErrorPrefix + "topic") ?? record.Position.Topic,
        record.TextOf(HeaderNames.ErrorPrefix + "connector.name") ?? "",
        record.TextOf(HeaderNames.DeadLetterReason) ?? "",
        record.TextOf(HeaderNames.EventId) ?? "");
}
