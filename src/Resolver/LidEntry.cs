using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>What a business knows of one LID.</summary>
/// <param name="Phone">The best-known phone.</param>
/// <param name="Grade">How strong the evidence is.</param>
/// <param name="Source">The field of the first statement of that grade.</param>
/// <param name="FirstSeen">Event time of the first statement of that grade.</param>
/// <param name="LastSeen">Event time of the newest statement of that grade.</param>
/// <param name="EventId">The event that taught this phone.</param>
public sealed record LidEntry(PhoneNumber Phone, MappingGrade Grade, string Source, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, Guid EventId);
