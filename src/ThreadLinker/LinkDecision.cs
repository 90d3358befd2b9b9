namespace Pipeline.ThreadLinker;

/// <summary>What was decided about one event. A closed set.</summary>
public abstract record LinkDecision
{
    private LinkDecision() { }

    /// <summary>The event belongs to a conversation.</summary>
    /// <param name="Conversation">The conversation, as of this event.</param>
    /// <param name="Before">What is announced before it.</param>
    /// <param name="DeniedSide">What the event says of the peer beside its address, and an operator has denied; null mostly.</param>
    public sealed record Linked(LinkedConversation Conversation, IReadOnlyList<Announcement> Before, DeniedSide? DeniedSide = null) : LinkDecision;

    /// <summary>The event has no conversation of its own.</summary>
    /// <param name="Kind">What it was: the reason under which it is counted when nothing is announced.</param>
    /// <param name="Announced">What is announced because of it.</param>
    public sealed record Noted(string Kind, IReadOnlyList<Announcement> Announced) : LinkDecision;

    /// <summary>The event stated a LID's phone, and nobody has denied it.</summary>
    /// <param name="Pair">What was stated.</param>
    /// <param name="Announced">What is announced because of it, before the phone itself.</param>
    public sealed record Learned(EventSubject.Mapping Pair, IReadOnlyList<Announcement> Announced) : LinkDecision;

    /// <summary>The event can never be linked.</summary>
    public sealed record Refused(string Reason, string Detail) : LinkDecision;
}

/// <summary>The side of a LID and a phone that is not the address of the event, where the two are denied to be one person.</summary>
public enum DeniedSide
{
    /// <summary>The phone is somebody else's.</summary>
    Phone,

    /// <summary>The LID is somebody else's.</summary>
    Lid,
}
