using Pipeline.Contracts;

namespace Pipeline.ThreadLinker;

/// <summary>Two leads became one. Written once, announced every time its event is processed.</summary>
/// <param name="EventId">The event that showed it.</param>
/// <param name="BusinessId">The business.</param>
/// <param name="AbsorbedLeadId">The lead that ended.</param>
/// <param name="SurvivorLeadId">The lead that went on at that moment.</param>
/// <param name="Evidence">Why they are one person.</param>
/// <param name="At">The event's own time, UTC.</param>
/// <param name="Raw">Where the event that showed it lies on <c>raw</c>; null when it is not told.</param>
/// <param name="Absorbed">The conversation that ended; null when the lead had none, and then there is nothing to announce.</param>
/// <param name="Survivor">The conversation that went on.</param>
public sealed record LeadMerge(
    Guid EventId, long BusinessId, long AbsorbedLeadId, long SurvivorLeadId, string Evidence, DateTime At, RawPosition? Raw,
    LinkedConversation? Absorbed, LinkedConversation? Survivor);
