namespace Pipeline.Healing;

/// <summary>A row of <c>whatsapp_conversation</c>.</summary>
/// <param name="Id">Its number.</param>
/// <param name="WaId">Whom it is with, in any form.</param>
/// <param name="Key">Its canonical key, if it has one.</param>
/// <param name="LeadId">Its lead, if it has one.</param>
/// <param name="LastMessageAt">Its newest message; null when not known.</param>
/// <param name="IsOpen">Whether it is open.</param>
/// <param name="MergedInto">The conversation that an earlier run merged it into.</param>
public sealed record ConversationRow(long Id, string? WaId, string? Key, long? LeadId, DateTime? LastMessageAt, bool IsOpen, long? MergedInto);

/// <summary>A row of <c>leads</c>, with what earlier runs did to it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Phone">Its phone, in any form.</param>
/// <param name="Kept">What the bookkeeping has of it; null when it is new.</param>
public sealed record LeadRow(long Id, string? Phone, KeptLead? Kept)
{
    /// <summary>The phone from before any repair; decisions go by it, so that a broken-off run ends as an unbroken one.</summary>
    public string? OriginalPhone => Kept is { WasChanged: true } kept && kept.NewPhone == Phone ? kept.OldPhone : Phone;
}

/// <summary>A row of <c>pipeline_backfill_lead</c>.</summary>
public sealed record KeptLead(string? PhoneE164, long? MergedInto, PhoneFate Fate, string? OldPhone, string? NewPhone)
{
    /// <summary>Something else was written into <c>leads.phone</c>.</summary>
    public bool WasChanged => Fate is PhoneFate.Repaired or PhoneFate.Merged or PhoneFate.Unmapped;
}

/// <summary>What became of a lead's phone.</summary>
public enum PhoneFate
{
    /// <summary>It is a phone, or there is none: left as it is.</summary>
    Kept,

    /// <summary>It was a LID's digits, and the LID's phone stands there now.</summary>
    Repaired,

    /// <summary>It was a LID's digits; the lead that stands for this one has the phone, this one has none.</summary>
    Merged,

    /// <summary>It was a LID's digits and nothing tells the phone: it has none now.</summary>
    Unmapped,

    /// <summary>Neither a phone nor a LID: left as it is.</summary>
    Unreadable,
}

/// <summary>A row of <c>contact_identities</c>.</summary>
public sealed record IdentityRow(long Id, long LeadId, string? ExternalId, string? Channel = null);

/// <summary>The messages that have the same two addresses.</summary>
/// <param name="FromMe">The business wrote them.</param>
/// <param name="From"><c>from_number</c>.</param>
/// <param name="To"><c>to_number</c>.</param>
/// <param name="Messages">How many there are.</param>
/// <param name="Unlinked">How many of them have no conversation.</param>
/// <param name="LastAt">When the newest was sent; null when not known.</param>
public sealed record MessagesRow(bool FromMe, string? From, string? To, long Messages, long Unlinked, DateTime? LastAt = null);

/// <summary>Says that a LID has a phone.</summary>
/// <param name="Lid">The LID's digits.</param>
/// <param name="Phone">Canonical E.164.</param>
/// <param name="Rank">Whose word counts more when two disagree: 0 the product's table, 1 a file, 2 the product's history.</param>
public sealed record MappingRow(string Lid, string Phone, int Rank)
{
    /// <summary>The rank of a file's word.</summary>
    public const int OfFile = 1;
}

/// <summary>What is known of one business before anything is decided. Messages are counted, never held.</summary>
public sealed record BusinessFacts(
    long Business,
    IReadOnlyList<ConversationRow> Conversations,
    IReadOnlyList<LeadRow> Leads,
    IReadOnlyList<IdentityRow> Identities,
    IReadOnlyList<MessagesRow> Messages,
    IReadOnlyList<MappingRow> Mappings)
{
    /// <summary>LIDs whose pair is not believed: they are LIDs all the same.</summary>
    public IReadOnlyList<string> OtherLids { get; init; } = [];

    /// <summary>An earlier run has added the constraint: no key may be given twice, not even for a moment.</summary>
    public bool KeysAreUnique { get; init; }
}
