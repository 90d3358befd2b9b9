using Pipeline.Contracts;
using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>One raw record and what its payload says.</summary>
/// <param name="Raw">The record.</param>
/// <param name="Read">What it says.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="At">The event's own time; when it has none, when the Ingestor received it.</param>
public sealed record RawItemRead(RawEvent Raw, ReadEvent Read, EventOrigin Origin, DateTimeOffset At)
{
    /// <summary>What stays unknown is neither asked for nor parked: a replay of a million events must not become a million questions.</summary>
    public bool AsksNobody { get; init; }

    /// <summary>Reads the payload. Never throws on what a producer sent.</summary>
    /// <param name="raw">The record.</param>
    /// <param name="place">Where it lies.</param>
    /// <param name="own">The business's own addresses.</param>
    public static RawItemRead Of(RawEvent raw, RawPlace place, OwnAddresses own)
    {
        var origin = EventOrigin.Of(raw, place);
        var read = EventReader.Read(new RawItem(raw.Source, raw.EventType, raw.Part, raw.Delivery, raw.Payload.Memory, own, origin.ReceivedAt));
        return new RawItemRead(raw, read, origin, Microseconds.Of(read.SentAt ?? origin.ReceivedAt));
    }

    /// <summary>Everybody the event names.</summary>
    public IEnumerable<PartyEvidence> Parties
    {
        get
        {
            if (Read.Peer is { } peer) yield return peer;
            if (Read.Author is { } author && author != Read.Peer) yield return author;
            if (Read.Reader is { } reader) yield return reader;
        }
    }
}
