using Pipeline.Contracts;
using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>One raw record and what its payload says.</summary>
public sealed record RawItemRead(RawEvent Raw, ReadEvent Read, Guid EventId, DateTimeOffset At)
{
    /// <summary>Reads the payload. Never throws on what a producer sent.</summary>
    public static RawItemRead Of(RawEvent raw)
    {
        var receivedAt = raw.ReceivedAt?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch;
        var read = EventReader.Read(new RawItem(
            raw.Source, raw.EventType, raw.Part, raw.Delivery, raw.Payload.Memory, OwnAddresses.From(raw.OwnPhoneAddress, raw.OwnLidAddress), receivedAt));
        return new RawItemRead(raw, read, Guid.TryParse(raw.EventId, out var id) ? id : Guid.Empty, ToMicroseconds(read.SentAt ?? receivedAt));
    }

    // Postgres keeps microseconds. A finer time would never equal itself again once it has been stored.
    private static DateTimeOffset ToMicroseconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

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
