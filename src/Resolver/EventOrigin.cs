using Pipeline.Contracts;

namespace Pipeline.Resolver;

/// <summary>The event that something follows from, without its payload.</summary>
/// <param name="BusinessId">The business.</param>
/// <param name="Source">Who spoke: <c>baileys</c>, <c>evolution</c> or <c>waha</c>.</param>
/// <param name="Session">The producer's name of the session; may be empty.</param>
/// <param name="EventId">Its id.</param>
/// <param name="ReceivedAt">When the Ingestor received it.</param>
/// <param name="Raw">Where it lies.</param>
public sealed record EventOrigin(long BusinessId, string Source, string Session, Guid EventId, DateTimeOffset ReceivedAt, RawPlace Raw)
{
    /// <summary>Of a raw record.</summary>
    public static EventOrigin Of(RawEvent raw, RawPlace place) => new(
        raw.BusinessId,
        raw.Source,
        raw.Session,
        Guid.TryParse(raw.EventId, out var id) ? id : Guid.Empty,
        Microseconds.Of(raw.ReceivedAt?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch),
        place);
}
