using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>A pair as one event stated it.</summary>
/// <param name="Phone">The phone it gave.</param>
/// <param name="Grade">How strong the statement is.</param>
/// <param name="Source">The field that stated it.</param>
/// <param name="At">The event's own time; when the event has none, when the Ingestor received it.</param>
/// <param name="EventId">The event.</param>
/// <param name="Raw">Where the event lies.</param>
public readonly record struct LidObservation(PhoneNumber Phone, MappingGrade Grade, string Source, DateTimeOffset At, Guid EventId, RawPlace? Raw = null);
