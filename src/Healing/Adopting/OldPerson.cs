namespace Pipeline.Healing.Adopting;

/// <summary>A person (or a group) of the older layout on the way into the product.</summary>
public sealed record OldPerson
{
    /// <summary>The lead that stands for them; null when they are none.</summary>
    public OldLead? Lead { get; init; }

    /// <summary>The ids of all their leads, by which a CRM knows them.</summary>
    public IReadOnlyList<long> LeadIds { get; init; } = [];

    /// <summary>The phone, canonical; null when it is not known or not to be believed.</summary>
    public string? Phone { get; init; }

    /// <summary>Every address, the CRM's ids included: what the person is found by.</summary>
    public required IReadOnlyList<Identity> Identities { get; init; }

    /// <summary>The group's id; null for a person.</summary>
    public string? GroupId { get; init; }

    /// <summary>The conversation that goes on; null when nobody has written.</summary>
    public OldConversation? Conversation { get; init; }

    /// <summary>The numbers of all their conversations, closed ones included.</summary>
    public IReadOnlyList<long> ConversationIds { get; init; } = [];

    /// <summary>Every key one of these conversations has or had.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>How an operator finds them in the older tables.</summary>
    public string Name => GroupId is not null ? $"group {GroupId}" : Lead is { } lead ? $"lead {lead.Id}" : Conversation is { } conversation ? $"conversation {conversation.Id}" : "a person";
}

/// <summary>A lead as the older layout has it.</summary>
public sealed record OldLead(long Id, string? Name, string? PushName, DateTime CreatedAt);

/// <summary>A conversation as the older layout has it.</summary>
public sealed record OldConversation(long Id, bool IsOpen, bool SummaryCreated, DateTime? LastMessageAt);

/// <summary>An address by which the product knows somebody, see <c>contact_identities</c>.</summary>
/// <param name="Channel"><c>phone</c>, <c>whatsapp</c> or <c>crm</c>.</param>
/// <param name="ExternalId">The address.</param>
public readonly record struct Identity(string Channel, string ExternalId)
{
    private static readonly string[] Order = ["phone", "whatsapp", "crm"];

    /// <summary>Canonical E.164.</summary>
    public static Identity OfPhone(string phone) => new("phone", phone);

    /// <summary>The digits of a LID.</summary>
    public static Identity OfLid(string lid) => new("whatsapp", lid + "@lid");

    /// <summary>A WhatsApp address without device.</summary>
    public static Identity OfAddress(string address) => new("whatsapp", address);

    /// <summary>The older layout's id of a lead.</summary>
    public static Identity OfCrm(long lead) => new("crm", lead.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The LID; null when it is another address.</summary>
    public string? Lid => Channel == "whatsapp" && ExternalId.EndsWith("@lid", StringComparison.Ordinal) ? ExternalId[..^4] : null;

    /// <summary>Which of two comes first where both stand in a row of <c>stated_pair</c>.</summary>
    public int CompareTo(Identity other) =>
        Channel == other.Channel ? string.CompareOrdinal(ExternalId, other.ExternalId) : Array.IndexOf(Order, Channel).CompareTo(Array.IndexOf(Order, other.Channel));
}
