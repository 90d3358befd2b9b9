using Pipeline.Contracts;

namespace Pipeline.Sink;

/// <summary>A row of <c>whatsapp_message</c> on its way into the database.</summary>
public sealed record MessageRow
{
    /// <summary>The business.</summary>
    public required long BusinessId { get; init; }

    /// <summary>The conversation the event named; what it has become part of is found when it is stored.</summary>
    public required long ConversationId { get; init; }

    /// <summary>The id that the sending device chose.</summary>
    public required string MessageId { get; init; }

    /// <summary>See <see cref="Sink.AuthorKey"/>.</summary>
    public required string AuthorKey { get; init; }

    /// <summary>The event that brought it: of several the earliest on <c>raw</c> that could be read.</summary>
    public required Guid EventId { get; init; }

    /// <summary>Where that event lies on <c>raw</c>; null when it does not tell.</summary>
    public required RawPosition? Raw { get; init; }

    /// <summary>True when the business wrote it.</summary>
    public required bool FromMe { get; init; }

    /// <summary>True in a group, where a member may be known by LID in one copy and by phone in another.</summary>
    public required bool IsGroup { get; init; }

    /// <summary>Who the conversation is with.</summary>
    public required PartyColumns Peer { get; init; }

    /// <summary>The address of the other side as it came, in a direct chat: what a split goes by.</summary>
    public string? PeerAddress { get; init; }

    /// <summary>Who wrote it.</summary>
    public required PartyColumns Author { get; init; }

    /// <summary>The name the author chose.</summary>
    public required string? PushName { get; init; }

    /// <summary>What it is: <c>text</c>, <c>image</c>, …</summary>
    public required string Type { get; init; }

    /// <summary>The text or caption.</summary>
    public required string? Body { get; init; }

    /// <summary>See <see cref="DeliveryStatus"/>.</summary>
    public required short? Status { get; init; }

    /// <summary>When it was sent, UTC.</summary>
    public required DateTime? SentAt { get; init; }

    /// <summary>True for the stub of a message that could not be decrypted.</summary>
    public required bool Undecryptable { get; init; }

    /// <summary>
    /// One row of two copies of a message. Content replaces a stub and a stub never replaces content; of two contents the first stands;
    /// a status only rises; the earlier time is the time of sending; the known is never replaced by the unknown. Event and position are
    /// those of the copy with the content, the earlier on <c>raw</c> of two. The same rules as <see cref="MessageSql.BestOfBoth"/>.
    /// </summary>
    public MessageRow And(MessageRow later)
    {
        var replaces = Undecryptable && !later.Undecryptable;
        var origin = replaces || (Undecryptable == later.Undecryptable && IsEarlier(later.Raw, Raw)) ? later : this;
        return this with
        {
            EventId = origin.EventId,
            Raw = origin.Raw,
            Peer = Peer.And(later.Peer),
            PeerAddress = origin.PeerAddress ?? PeerAddress ?? later.PeerAddress,
            Author = Author.And(later.Author),
            PushName = PushName ?? later.PushName,
            Type = replaces ? later.Type : Type,
            Body = replaces ? later.Body : Body ?? later.Body,
            Status = DeliveryStatus.Further(Status, later.Status),
            SentAt = SentAt is null || later.SentAt < SentAt ? later.SentAt ?? SentAt : SentAt,
            Undecryptable = Undecryptable && later.Undecryptable,
        };
    }

    /// <summary>The row of a direct message without the side of a denied pair that is not its address.</summary>
    public MessageRow WithoutDenied()
    {
        var ofLid = PeerAddress?.EndsWith("@lid", StringComparison.Ordinal) ?? Peer.Source != "direct";
        return this with { Peer = Allowed(Peer), Author = FromMe ? Author : Allowed(Author) };

        PartyColumns Allowed(PartyColumns party) => ofLid ? new PartyColumns(null, party.Lid, "none", null) : party with { Lid = null };
    }

    /// <summary>True when both are copies of one message of a group, written by the same member under different addresses.</summary>
    public bool IsSameMemberAs(MessageRow other) =>
        IsGroup && other.IsGroup && !FromMe && !other.FromMe
        && ((Author.Lid is not null && Author.Lid == other.Author.Lid) || (Author.Phone is not null && Author.Phone == other.Author.Phone));

    // A known position goes before an unknown one.
    private static bool IsEarlier(RawPosition? one, RawPosition? other) =>
        one is not null && (other is null || (one.Partition, one.Offset).CompareTo((other.Partition, other.Offset)) < 0);
}
