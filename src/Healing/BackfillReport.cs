namespace Pipeline.Healing;

/// <summary>What a run has done.</summary>
public sealed class BackfillReport
{
    /// <summary>Columns, indexes and foreign keys that were added.</summary>
    public List<string> Added { get; } = [];

    /// <summary>How often the tables were gone through.</summary>
    public int Passes { get; internal set; }

    /// <summary>Leads whose phone was repaired or cleared, or that were merged.</summary>
    public long LeadsChanged { get; internal set; }

    /// <summary>Identities that went to another lead.</summary>
    public long IdentitiesMoved { get; internal set; }

    /// <summary>Conversations that got another key or lead.</summary>
    public long ConversationsChanged { get; internal set; }

    /// <summary>Conversations that were closed because another one goes on.</summary>
    public long ConversationsMerged { get; internal set; }

    /// <summary>Conversations made for messages that had none.</summary>
    public long ConversationsMade { get; internal set; }

    /// <summary>Messages linked to a conversation.</summary>
    public long MessagesLinked { get; internal set; }

    /// <summary>Messages moved from a closed conversation.</summary>
    public long MessagesMoved { get; internal set; }

    /// <summary>Messages that belong to no conversation, noted with the reason.</summary>
    public long MessagesSetAside { get; internal set; }

    /// <summary>The last pass found nothing to change.</summary>
    public bool NothingLeft { get; internal set; }

    /// <summary>The unique constraint is there.</summary>
    public bool KeysAreUnique { get; internal set; }

    /// <summary>Transactions that live traffic was in the way of, and that were done again.</summary>
    public int Retries { get; internal set; }

    /// <summary>Everything that was changed, in rows.</summary>
    public long Changes => LeadsChanged + IdentitiesMoved + ConversationsChanged + ConversationsMerged + ConversationsMade + MessagesLinked + MessagesMoved + MessagesSetAside;

    internal long ConversationChanges => ConversationsChanged + ConversationsMerged + ConversationsMade;
}
