using Pipeline.Streaming;

namespace Pipeline.Cli.Explain;

/// <summary>Everything that is known about what was asked: facts only, as they are stored. How they are told is the writers' business.</summary>
internal sealed record Explanation
{
    /// <summary>The business that was asked about; nothing of another one is in here.</summary>
    public required long BusinessId { get; init; }

    /// <summary>What was asked.</summary>
    public required Reference Asked { get; init; }

    /// <summary>What it led to, where that is not plain; one sentence.</summary>
    public string? Note { get; init; }

    /// <summary>The business's own addresses that were asked for.</summary>
    public IReadOnlyList<OwnAddress> OwnAddresses { get; init; } = [];

    /// <summary>Stored messages.</summary>
    public IReadOnlyList<StoredMessage> Messages { get; init; } = [];

    /// <summary>What the raw topic was looked through for; null when there was no need.</summary>
    public RawSearch? Raw { get; init; }

    /// <summary>Every LID concerned.</summary>
    public IReadOnlyList<LidFacts> Lids { get; init; } = [];

    /// <summary>Pairs of people who have not written yet.</summary>
    public IReadOnlyList<WaitingPair> WaitingPairs { get; init; } = [];

    /// <summary>The people.</summary>
    public IReadOnlyList<Person> People { get; init; } = [];

    /// <summary>Their conversations, and the one that was asked for.</summary>
    public IReadOnlyList<ConversationFacts> Conversations { get; init; } = [];

    /// <summary>False when the product knows nothing of what was asked.</summary>
    public bool HasFound =>
        OwnAddresses.Count > 0 || Messages.Count > 0 || Raw is { Events.Count: > 0 } || Lids.Any(lid => lid.IsKnown) || WaitingPairs.Count > 0 || People.Count > 0 || Conversations.Count > 0;

    /// <summary>The best-known phone of a LID.</summary>
    public string? PhoneNow(string? lid) => Lids.FirstOrDefault(one => one.Lid == lid)?.Best?.Phone;
}

/// <summary>The event that something rests on.</summary>
/// <param name="EventId">Its id.</param>
/// <param name="Position">Where it lies on the raw topic; null when that was not recorded.</param>
internal sealed record Origin(Guid EventId, Position? Position);

/// <summary>An address of the business itself.</summary>
/// <param name="Session">The session that gave it.</param>
/// <param name="Address">Without device.</param>
/// <param name="LastSeen">When it became the current one.</param>
/// <param name="Origin">The event that gave it.</param>
internal sealed record OwnAddress(string Session, string Address, DateTime LastSeen, Origin Origin);

/// <summary>A stored message, without its text unless that was asked for.</summary>
internal sealed record StoredMessage
{
    /// <summary>The id that the sending device chose.</summary>
    public required string MessageId { get; init; }

    /// <summary>When it was sent.</summary>
    public required DateTime? SentAt { get; init; }

    /// <summary>True when the business wrote it.</summary>
    public required bool FromMe { get; init; }

    /// <summary><c>direct</c> or <c>group</c>; null when its conversation is gone.</summary>
    public required string? Kind { get; init; }

    /// <summary>What it is.</summary>
    public required string Type { get; init; }

    /// <summary>Its text, when that was asked for.</summary>
    public required string? Text { get; init; }

    /// <summary>How far it has got, a word.</summary>
    public required string? Status { get; init; }

    /// <summary>When it was edited last.</summary>
    public required DateTime? EditedAt { get; init; }

    /// <summary>True when it was deleted for everyone.</summary>
    public required bool Revoked { get; init; }

    /// <summary>The conversation.</summary>
    public required long? ConversationId { get; init; }

    /// <summary>Its key.</summary>
    public required string? ConversationKey { get; init; }

    /// <summary>The lead it is with.</summary>
    public required long? LeadId { get; init; }

    /// <summary>Whom the conversation is with; null in groups.</summary>
    public required PartyFacts? Peer { get; init; }

    /// <summary>Who wrote it.</summary>
    public required PartyFacts Author { get; init; }

    /// <summary>The event that brought it.</summary>
    public required Origin Origin { get; init; }
}

/// <summary>What is known of somebody in one event.</summary>
/// <param name="Phone">E.164, or null.</param>
/// <param name="Lid">The digits, or null.</param>
/// <param name="Source">How the phone was found: a word that <see cref="SourceWords"/> puts into a sentence.</param>
/// <param name="Field">The field that gave it.</param>
/// <param name="IsBusiness">True when this is the business itself.</param>
internal sealed record PartyFacts(string? Phone, string? Lid, string Source, string? Field, bool IsBusiness);

/// <summary>A person, to the business.</summary>
internal sealed record Person
{
    /// <summary>The lead's number.</summary>
    public required long LeadId { get; init; }

    /// <summary>E.164, or null.</summary>
    public required string? Phone { get; init; }

    /// <summary>What gave the phone: 2 an event that states it, 1 a bulk observation, 0 a look-up or a quote; null when it came from outside.</summary>
    public required int? PhoneRank { get; init; }

    /// <summary>When; null for a look-up.</summary>
    public required DateTime? PhoneAt { get; init; }

    /// <summary>The name given from outside.</summary>
    public required string? Name { get; init; }

    /// <summary>The newest name the person chose.</summary>
    public required string? PushName { get; init; }

    /// <summary>When that was.</summary>
    public required DateTime? PushNameAt { get; init; }

    /// <summary><c>auto</c>, <c>crm</c>, or <c>contact</c> for somebody who is no lead.</summary>
    public required string Owner { get; init; }

    /// <summary>Every address.</summary>
    public IReadOnlyList<(string Channel, string Address)> Identities { get; init; } = [];

    /// <summary>Leads that turned out to be this person.</summary>
    public IReadOnlyList<AbsorbedLead> Absorbed { get; init; } = [];
}

/// <summary>A lead that became part of another.</summary>
/// <param name="LeadId">Its number.</param>
/// <param name="SurvivorLeadId">The lead that went on at that moment; it may have been absorbed itself later.</param>
/// <param name="Evidence">Why, a word that <see cref="SourceWords"/> puts into a sentence; null when it was not recorded.</param>
/// <param name="At">When, by the event.</param>
/// <param name="Origin">The event that showed it.</param>
internal sealed record AbsorbedLead(long LeadId, long? SurvivorLeadId, string? Evidence, DateTime? At, Origin? Origin);

/// <summary>A live conversation.</summary>
internal sealed record ConversationFacts
{
    /// <summary>The row.</summary>
    public required long Id { get; init; }

    /// <summary>The canonical key.</summary>
    public required string Key { get; init; }

    /// <summary><c>direct</c> or <c>group</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The lead; null for a group.</summary>
    public required long? LeadId { get; init; }

    /// <summary>The group; null for a direct chat.</summary>
    public required string? GroupId { get; init; }

    /// <summary>Keys that were superseded and still answer.</summary>
    public required IReadOnlyList<string> OldKeys { get; init; }

    /// <summary>Numbers of the conversations that became part of it.</summary>
    public required IReadOnlyList<long> MergedIds { get; init; }

    /// <summary>Messages in it.</summary>
    public required long Messages { get; init; }

    /// <summary>Those that are unread.</summary>
    public required long Unread { get; init; }

    /// <summary>When the newest was sent.</summary>
    public required DateTime? LastMessageAt { get; init; }

    /// <summary>Whether it is open.</summary>
    public required bool IsOpen { get; init; }
}

/// <summary>A LID and a phone of somebody who has not written yet.</summary>
/// <param name="Lid">The LID.</param>
/// <param name="Phone">The phone.</param>
/// <param name="Rank">As <see cref="Person.PhoneRank"/>.</param>
/// <param name="SeenAt">When, by the event; null when that is not kept.</param>
internal sealed record WaitingPair(string Lid, string Phone, int Rank, DateTime? SeenAt);
