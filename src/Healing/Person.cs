namespace Pipeline.Healing;

/// <summary>Somebody whom a business talks to (or a group), with every address, lead and conversation that is theirs.</summary>
public sealed class Person
{
    internal Person(long business) => Business = business;

    /// <summary>The business; people of two businesses are never one.</summary>
    public long Business { get; }

    /// <summary>Phones and LIDs, or the one group.</summary>
    public List<Address> Addresses { get; } = [];

    /// <summary>Their leads; the first stands for all of them.</summary>
    public List<LeadRow> Leads { get; } = [];

    /// <summary>Their conversations, merged ones included; the first that is not goes on.</summary>
    public List<ConversationRow> Conversations { get; } = [];

    /// <summary>The phone; null when no evidence gives one.</summary>
    public string? Phone { get; internal set; }

    /// <summary>
    /// The phone by evidence that speaks of the LID itself, the only kind a lead is repaired by. That the old software once wrote a lead's
    /// number on a conversation is enough to keep the two together, not to give the lead a phone.
    /// </summary>
    public string? StatedPhone { get; internal set; }

    /// <summary>Messages that are theirs and have no conversation yet.</summary>
    public long UnlinkedMessages { get; internal set; }

    /// <summary>The newest message that is theirs; null when not known.</summary>
    public DateTime? LastMessageAt { get; internal set; }

    /// <summary>The lead that stands for all of them.</summary>
    public LeadRow? Lead => Leads.Count == 0 ? null : Leads[0];

    /// <summary>The canonical key, see <c>ARCHITECTURE.md</c>.</summary>
    public string Key
    {
        get
        {
            if (Addresses is [{ Kind: AddressKind.Group, Id: var group }]) return $"group:{Business}:{group}";
            if (Lead is { } lead) return $"lead:{Business}:{lead.Id}";
            if (Phone is { } phone) return $"phone:{Business}:{phone}";
            return $"lid:{Business}:{Addresses[0].Id}";
        }
    }
}
