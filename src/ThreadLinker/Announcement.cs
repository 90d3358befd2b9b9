using Pipeline.Contracts;

namespace Pipeline.ThreadLinker;

/// <summary>
/// Something that has happened to conversations beside what the event itself says. Written once, announced every time its event is
/// processed, before whatever else follows from the event. A closed set.
/// </summary>
/// <param name="BusinessId">The business.</param>
/// <param name="Cause">The event that showed it.</param>
public abstract record Announcement(long BusinessId, EventCause Cause)
{
    /// <summary>Two people became one.</summary>
    /// <param name="AbsorbedId">The person that ended.</param>
    /// <param name="SurvivorId">The person that went on at that moment.</param>
    /// <param name="Evidence">Why they are one.</param>
    /// <param name="Pair">The LID and phone that showed it; null when it was something else.</param>
    /// <param name="Absorbed">The conversation that ended; null when there was none, and then there is nothing to announce.</param>
    /// <param name="Survivor">The conversation that went on.</param>
    public sealed record Merge(
        long BusinessId, EventCause Cause, long AbsorbedId, long SurvivorId, string Evidence, StatedPair? Pair, LinkedConversation? Absorbed, LinkedConversation? Survivor)
        : Announcement(BusinessId, Cause);

    /// <summary>A conversation got a better key.</summary>
    public sealed record Rekey(long BusinessId, EventCause Cause, LinkedConversation Conversation, string OldKey) : Announcement(BusinessId, Cause);

    /// <summary>An operator has denied what joined two people.</summary>
    /// <param name="From">The conversation of the person that keeps the rest; null when there has been none.</param>
    /// <param name="Into">The conversation of the other; null when there has been none.</param>
    /// <param name="Addresses">What went.</param>
    /// <param name="Lid">The denied pair's LID.</param>
    /// <param name="Phone">The denied pair's phone.</param>
    public sealed record Split(
        long BusinessId, EventCause Cause, LinkedConversation? From, LinkedConversation? Into, IReadOnlyList<string> Addresses, string Lid, string Phone)
        : Announcement(BusinessId, Cause);
}
