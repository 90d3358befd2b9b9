namespace Pipeline.ThreadLinker;

/// <summary>What was decided about one event. A closed set.</summary>
public abstract record LinkDecision
{
    private LinkDecision() { }

    /// <summary>The event belongs to a conversation.</summary>
    /// <param name="Conversation">The conversation, as of this event.</param>
    /// <param name="Merges">What is announced before it.</param>
    public sealed record Linked(LinkedConversation Conversation, IReadOnlyList<LeadMerge> Merges) : LinkDecision;

    /// <summary>The event has no conversation of its own: a mapping.</summary>
    /// <param name="Merges">What is announced because of it.</param>
    public sealed record Noted(IReadOnlyList<LeadMerge> Merges) : LinkDecision;

    /// <summary>The event can never be linked.</summary>
    public sealed record Refused(string Reason, string Detail) : LinkDecision;
}
