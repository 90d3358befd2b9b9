using System.Globalization;
using System.Text;
using Google.Protobuf;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Cli.Explain;

/// <summary>
/// Looks at the raw topic for what never reached Postgres. Records of other businesses are stepped over by their key and never decoded.
/// </summary>
/// <param name="topics">Topic names.</param>
/// <param name="reader">Reads records.</param>
/// <param name="deadLetters">Reads what was set aside.</param>
/// <param name="watermarks">Tells how much there is.</param>
/// <param name="withText">Whether texts of messages are kept in what is found.</param>
/// <param name="terminal">Told of the progress.</param>
/// <param name="clock">Measures it.</param>
internal sealed class RawReader(Topics topics, TopicReader reader, DeadLetterReader deadLetters, LagReader watermarks, bool withText, Terminal terminal, TimeProvider clock)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(2);
    private const string Group = "pipeline.explain";

    /// <summary>Looks for a message: its own events, and those about it.</summary>
    /// <param name="business">The business.</param>
    /// <param name="messageId">The id.</param>
    /// <param name="patience">How long to look.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<RawSearch> FindAsync(long business, string messageId, TimeSpan patience, CancellationToken cancellation)
    {
        if (await PartitionsAsync(cancellation) is not { } partitions) return RawSearch.Unreachable(topics.Raw.Name);
        var held = partitions.Sum(partition => partition.High - partition.Low);
        var (key, text) = (Encoding.UTF8.GetBytes(Topics.KeyOf(business)), Encoding.UTF8.GetBytes(messageId));
        var events = new List<FoundEvent>();
        var (looked, saidAt) = (0L, clock.GetTimestamp());

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        var end = RawSearchEnd.Complete;
        try
        {
            var from = partitions.Select(partition => new Position(partition.Topic, partition.Partition, partition.Low)).ToList();
            var until = partitions.Select(partition => new Position(partition.Topic, partition.Partition, partition.High)).ToList();
            await foreach (var record in reader.ReadAsync(from, until, limit.Token))
            {
                looked++;
                if (clock.GetElapsedTime(saidAt) >= SayEvery)
                {
                    saidAt = clock.GetTimestamp();
                    terminal.Complain(string.Create(CultureInfo.InvariantCulture, $"Looking through {topics.Raw.Name}: {looked:N0} of {held:N0} records"));
                }
                if (record.Key is null || !record.Key.AsSpan().SequenceEqual(key)) continue;
                var found = Shown(record);
                if (found.Read.MessageId == messageId || found.Read.TargetId == messageId || found.Raw?.EventId == messageId || IsNamedInBrokenEvent(found, text)) events.Add(found);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            end = RawSearchEnd.OutOfTime;
        }
        return new RawSearch(topics.Raw.Name, end, looked, held, await WithDeadLettersAsync(events, patience, cancellation));
    }

    /// <summary>Reads one record.</summary>
    /// <exception cref="PipelineException">It is not there, is another business's, or Kafka did not answer.</exception>
    public async Task<RawSearch> ReadAsync(long business, Position position, TimeSpan patience, CancellationToken cancellation)
    {
        var partitions = await PartitionsAsync(cancellation)
            ?? throw new PipelineException("Kafka did not answer.", "Is it running, and does --bootstrap-servers (Kafka__BootstrapServers) name it?");
        var partition = partitions.FirstOrDefault(one => one.Partition == position.Partition)
            ?? throw new PipelineException($"{position.Topic} has no partition {position.Partition}.", partitions.Count == 0 ? "The topic is not there: --prefix (Topics__Prefix)?" : $"Its partitions are 0 to {partitions.Count - 1}.");
        if (position.Offset < partition.Low) throw new PipelineException($"{position} is not kept any more.", $"The oldest record of that partition is {position with { Offset = partition.Low }}");
        if (position.Offset >= partition.High) throw new PipelineException($"{position} has not been written yet.", partition.High == partition.Low ? "That partition is empty." : $"The newest record of that partition is {position with { Offset = partition.High - 1 }}");

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            await foreach (var record in reader.ReadAsync([position], [position with { Offset = position.Offset + 1 }], limit.Token))
            {
                if (record.Key is null || Encoding.UTF8.GetString(record.Key) != Topics.KeyOf(business))
                    throw new PipelineException($"{position} does not belong to business {business}.", "Records of other businesses are not shown.");
                return new RawSearch(position.Topic, RawSearchEnd.Complete, 1, 1, await WithDeadLettersAsync([Shown(record)], patience, cancellation));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PipelineException($"Kafka did not hand out {position} in {patience.TotalSeconds} s.", "--patience waits longer.");
        }
        throw new PipelineException($"There is no record at {position}.", "It was removed by Kafka, or belongs to a transaction.");
    }

    /// <summary>What a record says. Needs no registry: the topic names the type.</summary>
    internal static FoundEvent Read(StoredRecord record)
    {
        try
        {
            var raw = RawEvent.Parser.ParseFrom((record.Value ?? []).AsSpan(Contracts.WireFormat.FrameLength(record.Value)));
            return Read(record.Position, raw);
        }
        catch (UndecodableRecordException broken)
        {
            return new FoundEvent { Position = record.Position, Raw = null, Undecodable = broken.Reason, Read = new ReadEvent { Kind = EventKind.Error } };
        }
        catch (InvalidProtocolBufferException)
        {
            return new FoundEvent { Position = record.Position, Raw = null, Undecodable = "bad_protobuf", Read = new ReadEvent { Kind = EventKind.Error } };
        }
    }

    /// <summary>What an event says.</summary>
    internal static FoundEvent Read(Position position, RawEvent raw) => new()
    {
        Position = position,
        Raw = raw,
        Read = EventReader.Read(new RawItem(
            raw.Source, raw.EventType, raw.Part, raw.Delivery, raw.Payload.Memory, Identity.OwnAddresses.From(raw.OwnPhoneAddress, raw.OwnLidAddress),
            raw.ReceivedAt?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch)),
    };

    // What cannot be understood has no message id; the operator still asks for the one that stands in it.
    private static bool IsNamedInBrokenEvent(FoundEvent found, byte[] messageId) =>
        found is { Read.Kind: EventKind.Error, Raw: { } raw } && raw.Payload.Span.IndexOf(messageId) >= 0;

    private async Task<IReadOnlyList<FoundEvent>> WithDeadLettersAsync(List<FoundEvent> events, TimeSpan patience, CancellationToken cancellation)
    {
        if (events.TrueForAll(found => found.Raw is null)) return events;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        var letters = new Dictionary<string, DeadLetter>();
        try
        {
            foreach (var topic in (string[])[topics.Raw.Name, topics.Enriched.Name, topics.Linked.Name])
                foreach (var letter in await deadLetters.ReadAsync(topic, AnswerWithin, limit.Token)) letters.TryAdd(letter.EventId, letter);
        }
        catch (Exception unknown) when (unknown is KafkaUnavailableException || (unknown is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            terminal.Complain("Not every dead letter was looked at: Kafka did not answer in time.");
        }
        return [.. events.Select(found => found with { DeadLetter = found.Raw is { } raw ? letters.GetValueOrDefault(raw.EventId) : null })];
    }

    private FoundEvent Shown(StoredRecord record)
    {
        var found = Read(record);
        return withText ? found : found with { Read = found.Read with { Text = null } };
    }

    private async Task<IReadOnlyList<PartitionLag>?> PartitionsAsync(CancellationToken cancellation)
    {
        try
        {
            return await watermarks.ReadAsync(topics.Raw.Name, Group, AnswerWithin, cancellation);
        }
        catch (KafkaUnavailableException)
        {
            return null;
        }
    }
}
