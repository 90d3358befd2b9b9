using Pipeline.Contracts;

namespace Pipeline.ThreadLinker;

/// <summary>The event that shows something: what a merge is put down to.</summary>
/// <param name="EventId">The event.</param>
/// <param name="At">Its own time, UTC.</param>
/// <param name="Raw">Where the event that it follows from lies on <c>raw</c>; null when it does not tell.</param>
public sealed record EventCause(Guid EventId, DateTime At, RawPosition? Raw);
