namespace Pipeline.Healing;

/// <summary>A lead's phone that was a LID's digits, or what the bookkeeping has to know of a lead.</summary>
/// <param name="Lead">The lead.</param>
/// <param name="NewPhone">What is written into <c>leads.phone</c> when <paramref name="Writes"/>.</param>
/// <param name="Writes">Whether <c>leads.phone</c> changes.</param>
/// <param name="Kept">The lead's row of the bookkeeping afterwards.</param>
public sealed record LeadChange(LeadRow Lead, string? NewPhone, bool Writes, KeptLead Kept)
{
    /// <summary>The lead becomes part of another one.</summary>
    public bool Merges => Kept.MergedInto is not null && Lead.Kept?.MergedInto != Kept.MergedInto;
}

/// <summary>An identity that goes to the lead that stands for its own.</summary>
public sealed record IdentityMove(long Id, long From, long To);

/// <summary>A conversation whose key or lead is not what it should be.</summary>
public sealed record ConversationChange(ConversationRow Conversation, string? NewKey, long? NewLead);

/// <summary>Conversations of one person: one goes on, the others are closed.</summary>
/// <param name="Survivor">Goes on.</param>
/// <param name="Absorbed">Are closed, or closed again.</param>
/// <param name="Key">The survivor's key; null when somebody else's conversation holds it still, and the next pass gives it.</param>
/// <param name="Lead">The survivor's lead.</param>
public sealed record ConversationMerge(ConversationRow Survivor, IReadOnlyList<ConversationRow> Absorbed, string? Key, long? Lead);

/// <summary>A person whose messages have no conversation to go to.</summary>
public sealed record NewConversation(Person Person, string WaId);

/// <summary>Everything that a run would do in one business. Empty when nothing is left to do.</summary>
public sealed record HealingPlan(People People)
{
    /// <summary>Leads: repairs, merges, and what is only noted.</summary>
    public List<LeadChange> Leads { get; } = [];

    /// <summary>Identities that change their lead.</summary>
    public List<IdentityMove> Identities { get; } = [];

    /// <summary>Conversations that change their key or lead.</summary>
    public List<ConversationChange> Conversations { get; } = [];

    /// <summary>Conversations to merge.</summary>
    public List<ConversationMerge> Merges { get; } = [];

    /// <summary>Conversations to make.</summary>
    public List<NewConversation> Creations { get; } = [];

    /// <summary>Every lead whose phone is, or was, a LID's digits, with what becomes of it.</summary>
    public List<(LeadRow Lead, KeptLead Kept)> FakePhones { get; } = [];

    /// <summary>Messages to link.</summary>
    public long MessagesToLink { get; set; }
}
