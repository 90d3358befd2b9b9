using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>One phone that was stated for a LID, by its strongest statements.</summary>
/// <param name="Phone">The phone.</param>
/// <param name="Grade">How strong the strongest statement is; everything below speaks of the statements of that grade.</param>
/// <param name="Source">The field of the earliest statement.</param>
/// <param name="FirstSeen">Event time of the earliest statement.</param>
/// <param name="LastSeen">Event time of the newest statement.</param>
/// <param name="EventId">The event of the earliest statement.</param>
/// <param name="Raw">Where that event lies; null where it is not needed (the nearer tiers do not keep it) or not known (older rows).</param>
public sealed record LidEntry(PhoneNumber Phone, MappingGrade Grade, string Source, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, Guid EventId, RawPlace? Raw = null);
