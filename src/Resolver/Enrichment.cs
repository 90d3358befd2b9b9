using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>From what was read and resolved to the event on the topic <c>enriched</c>. Pure.</summary>
public static class Enrichment
{
    /// <summary>The event that follows from what was read, or null when nothing does (the event only taught, or concerns no conversation).</summary>
    public static EnrichedEvent? Of(EventOrigin origin, ReadEvent read)
    {
        var isGroup = read.GroupId is not null;
        // Status posts, newsletters, bots and lists sent by the business have no conversation.
        if (!isGroup && read.Peer is null) return null;

        var enriched = Envelope(origin, origin.EventId);
        switch (read.Kind)
        {
            case EventKind.Direct or EventKind.Group or EventKind.Undecryptable or EventKind.Broadcast:
                enriched.Message = MessageOf(origin, read, isGroup);
                return enriched;
            case EventKind.Receipt when read.TargetId is not null && read.Status is not null:
                enriched.Receipt = new Receipt
                {
                    TargetId = read.TargetId,
                    TargetFromMe = read.TargetFromMe ?? read.FromMe,
                    Kind = KindOf(isGroup),
                    GroupId = read.GroupId ?? "",
                    Peer = isGroup ? null : PartyOf(read.Peer),
                    Reader = PartyOf(read.Reader),
                    Status = read.Status,
                    At = TimeOf(read.SentAt),
                };
                return enriched;
            case EventKind.Reaction or EventKind.Edit or EventKind.Revoke or EventKind.Delete or EventKind.PollVote when read.TargetId is not null:
                enriched.MessageUpdate = UpdateOf(read, isGroup);
                return enriched;
            default:
                return null;
        }
    }

    /// <summary>A <em>mapping learned</em> event.</summary>
    /// <param name="origin">The event that taught it.</param>
    /// <param name="eventId">Deterministic id of the new event.</param>
    /// <param name="key">The LID.</param>
    /// <param name="seen">What was stated.</param>
    /// <param name="previous">The phone before, if any.</param>
    public static EnrichedEvent OfMapping(EventOrigin origin, Guid eventId, LidKey key, LidObservation seen, PhoneNumber? previous)
    {
        var enriched = Envelope(origin, eventId);
        enriched.MappingLearned = new MappingLearned
        {
            Lid = key.Lid.Digits,
            Phone = seen.Phone.ToString(),
            PreviousPhone = previous?.ToString() ?? "",
            Grade = GradeWords.Of(seen.Grade),
            Source = seen.Source,
            SeenAt = Timestamp.FromDateTimeOffset(seen.At),
            CauseEventId = origin.EventId.ToString(),
        };
        return enriched;
    }

    /// <summary>A <em>name learned</em> event. Its id is made of the event's, whose name it is and who gave it.</summary>
    /// <param name="origin">The event that says so.</param>
    /// <param name="name">The name, its person resolved.</param>
    /// <param name="at">The event's own time.</param>
    public static EnrichedEvent OfName(EventOrigin origin, KnownName name, DateTimeOffset at)
    {
        // The LID first: it is what an address without a phone keeps when its phone becomes known.
        var owner = name.GroupId ?? name.Person?.Lid?.Address ?? name.Person?.Address;
        var enriched = Envelope(origin, DerivedIds.Of(origin.EventId, $"name {name.Kind} {owner}"));
        enriched.NameLearned = new NameLearned
        {
            Kind = name.Kind switch
            {
                KnownNameKind.Contact => NameLearned.Types.Kind.Contact,
                KnownNameKind.Verified => NameLearned.Types.Kind.Verified,
                _ => NameLearned.Types.Kind.Subject,
            },
            Person = PartyOf(name.Person),
            GroupId = name.GroupId ?? "",
            Name = name.Name,
            At = Timestamp.FromDateTimeOffset(at),
        };
        return enriched;
    }

    /// <summary>An operator's word about a pair.</summary>
    /// <param name="origin">The event that said it.</param>
    /// <param name="eventId">Deterministic id of the new event.</param>
    /// <param name="ruling">What was said.</param>
    public static EnrichedEvent OfRuling(EventOrigin origin, Guid eventId, ResolveRuling ruling)
    {
        var enriched = Envelope(origin, eventId);
        enriched.PairDenied = new PairDenied
        {
            Lid = ruling.Key.Lid.Digits,
            Phone = ruling.Said.Phone.ToString(),
            Denied = ruling.Said.IsDenied,
            At = Timestamp.FromDateTimeOffset(ruling.Said.At),
            CauseEventId = origin.EventId.ToString(),
        };
        return enriched;
    }

    /// <summary>The row of the LID table as it is published on the compacted topic.</summary>
    public static LidMapping OfEntry(LidKey key, LidEntry entry) => new()
    {
        BusinessId = key.BusinessId,
        Lid = key.Lid.Digits,
        Phone = entry.Phone.ToString(),
        Grade = GradeWords.Of(entry.Grade),
        Source = entry.Source,
        SeenAt = Timestamp.FromDateTimeOffset(entry.LastSeen),
        SourceEventId = entry.EventId.ToString(),
        Raw = PositionOf(entry.Raw),
    };

    private static EnrichedEvent Envelope(EventOrigin origin, Guid eventId) => new()
    {
        EventId = eventId.ToString(),
        BusinessId = origin.BusinessId,
        Source = origin.Source,
        Session = origin.Session,
        ReceivedAt = Timestamp.FromDateTimeOffset(origin.ReceivedAt),
        Raw = PositionOf(origin.Raw),
    };

    private static RawPosition? PositionOf(RawPlace? place) => place is { } known ? new RawPosition { Partition = known.Partition, Offset = known.Offset } : null;

    private static Message MessageOf(EventOrigin origin, ReadEvent read, bool isGroup)
    {
        var message = new Message
        {
            // Without an id of its own a message is still one message; the delivery's id keeps it apart from all others.
            MessageId = read.MessageId ?? origin.EventId.ToString(),
            Kind = KindOf(isGroup),
            GroupId = read.GroupId ?? "",
            FromMe = read.FromMe,
            Peer = isGroup ? null : PartyOf(read.Peer),
            Author = PartyOf(read.Author),
            PushName = read.FromMe ? "" : read.PushName ?? "",
            Type = read.Kind == EventKind.Undecryptable ? "undecryptable" : read.Type ?? "unknown",
            Status = read.Status ?? "",
            SentAt = TimeOf(read.SentAt),
            Undecryptable = read.Kind == EventKind.Undecryptable,
        };
        if (read.Text is not null) message.Text = read.Text;
        return message;
    }

    private static MessageUpdate UpdateOf(ReadEvent read, bool isGroup)
    {
        var update = new MessageUpdate
        {
            Change = read.Kind switch
            {
                EventKind.Reaction => MessageUpdate.Types.Change.Reaction,
                EventKind.Edit => MessageUpdate.Types.Change.Edit,
                EventKind.Revoke => MessageUpdate.Types.Change.Revoke,
                EventKind.Delete => MessageUpdate.Types.Change.Delete,
                _ => MessageUpdate.Types.Change.PollVote,
            },
            TargetId = read.TargetId,
            TargetFromMe = read.TargetFromMe ?? read.FromMe,
            MessageId = read.MessageId ?? "",
            Kind = KindOf(isGroup),
            GroupId = read.GroupId ?? "",
            Peer = isGroup ? null : PartyOf(read.Peer),
            Author = PartyOf(read.Author),
            FromMe = read.FromMe,
            Reaction = read.Reaction ?? "",
            At = TimeOf(read.SentAt),
        };
        if (read.Text is not null) update.Text = read.Text;
        return update;
    }

    private static Message.Types.Kind KindOf(bool isGroup) => isGroup ? Message.Types.Kind.Group : Message.Types.Kind.Direct;

    private static Timestamp? TimeOf(DateTimeOffset? at) => at is { } known ? Timestamp.FromDateTimeOffset(known) : null;

    private static Party? PartyOf(PartyEvidence? evidence) => evidence is null ? null : new Party
    {
        Phone = evidence.Phone?.ToString() ?? "",
        Lid = evidence.Lid?.Digits ?? "",
        Source = evidence.Source switch
        {
            EvidenceSource.Direct => Party.Types.Source.Direct,
            EvidenceSource.Envelope => Party.Types.Source.Envelope,
            EvidenceSource.Table => Party.Types.Source.Table,
            EvidenceSource.Endpoint => Party.Types.Source.Endpoint,
            EvidenceSource.Quoted => Party.Types.Source.Quoted,
            _ => Party.Types.Source.None,
        },
        Address = evidence.Address ?? "",
        IsBusiness = evidence.IsBusiness,
        Field = evidence.Field ?? "",
    };
}
