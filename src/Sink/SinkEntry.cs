using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Sink;

/// <summary>What one linked event means to the database. A closed set.</summary>
public abstract record SinkEntry
{
    // Well below what an index of Postgres can hold (2 704 bytes), far above what any client has been seen to send.
    private const int LongestKey = 512;

    private SinkEntry() { }

    /// <summary>A message.</summary>
    public sealed record Stored(MessageRow Row) : SinkEntry;

    /// <summary>Something that happened to a message.</summary>
    public sealed record Updated(UpdateRow Row) : SinkEntry;

    /// <summary>Two conversations became one.</summary>
    /// <param name="BusinessId">The business.</param>
    /// <param name="AbsorbedId">The conversation that ended.</param>
    /// <param name="SurvivorId">What it is part of now, which may be further on than the event says.</param>
    public sealed record Merged(long BusinessId, long AbsorbedId, long SurvivorId) : SinkEntry;

    /// <summary>A conversation turned out to be with two people.</summary>
    /// <param name="BusinessId">The business.</param>
    /// <param name="FromId">The conversation in which the messages of both may lie.</param>
    /// <param name="Lid">The LID of the pair that was denied.</param>
    /// <param name="Phone">The phone of the pair that was denied.</param>
    public sealed record Split(long BusinessId, long FromId, string Lid, string Phone) : SinkEntry;

    /// <summary>A LID's phone was told.</summary>
    /// <param name="BusinessId">The business.</param>
    /// <param name="Lid">The digits of the LID.</param>
    /// <param name="Phone">Canonical E.164.</param>
    public sealed record PhoneTold(long BusinessId, string Lid, string Phone) : SinkEntry;

    /// <summary>An event that asks for nothing here.</summary>
    /// <param name="BusinessId">The business.</param>
    /// <param name="ConversationId">The conversation it speaks of.</param>
    /// <param name="Kind">The reason under which it is counted.</param>
    public sealed record Nothing(long BusinessId, long ConversationId, string Kind) : SinkEntry;

    /// <summary>An event that can never be stored.</summary>
    public sealed record Unusable(string Reason, string Detail) : SinkEntry;

    /// <summary>Reads an event. Nothing passes that the database would refuse, so one bad event cannot spoil a batch.</summary>
    /// <param name="event">The event.</param>
    /// <param name="key">The key of its record.</param>
    public static SinkEntry Of(LinkedEvent @event, string key)
    {
        if (@event.BusinessId <= 0 || Topics.KeyOf(@event.BusinessId) != key)
            return new Unusable("business_mismatch", "The record's key is not the event's business.");
        if (!Guid.TryParse(@event.EventId, out var id))
            return new Unusable("bad_event_id", "The event id is not a UUID.");
        if (@event.BodyCase is LinkedEvent.BodyOneofCase.None)
            return new Unusable("no_body", "The event has no body that this version knows.");
        if (@event.BodyCase is LinkedEvent.BodyOneofCase.ConversationMerged)
            return OfMerge(@event);
        if (@event.BodyCase is LinkedEvent.BodyOneofCase.ConversationSplit)
            return OfSplit(@event);
        // The ThreadLinker has written the key; the conversation is the same.
        if (@event.BodyCase is LinkedEvent.BodyOneofCase.ConversationRekeyed)
            return new Nothing(@event.BusinessId, @event.ConversationRekeyed.Conversation?.ConversationId ?? 0, "rekey");
        if (@event.BodyCase is LinkedEvent.BodyOneofCase.PhoneLearned)
            return OfPhone(@event);
        if (@event.Conversation is not { ConversationId: > 0 })
            return new Unusable("unknown_conversation", "The event names no conversation.");

        return @event.BodyCase switch
        {
            LinkedEvent.BodyOneofCase.Message => OfMessage(@event, id, @event.Message),
            LinkedEvent.BodyOneofCase.Receipt => OfReceipt(@event, id, @event.Receipt),
            _ => OfUpdate(@event, id, @event.MessageUpdate),
        };
    }

    /// <summary>The conversation the entry is about, as the event names it; nothing for a phone, which is of no conversation.</summary>
    public (long BusinessId, long ConversationId) Conversation => this switch
    {
        Stored { Row: var row } => (row.BusinessId, row.ConversationId),
        Updated { Row: var row } => (row.BusinessId, row.ConversationId),
        Merged merged => (merged.BusinessId, merged.AbsorbedId),
        Split split => (split.BusinessId, split.FromId),
        Nothing nothing => (nothing.BusinessId, nothing.ConversationId),
        _ => default,
    };

    /// <summary>Where a direct message or what happened to one came from or went to; null for everything else.</summary>
    public PeerKey? Peer => this switch
    {
        Stored { Row: { IsGroup: false } row } => PeerKey.Of(row.BusinessId, row.PeerAddress, row.Peer.Lid, row.Peer.Phone),
        Updated { Row: { PeerAddress: { } address } row } => PeerKey.Of(row.BusinessId, address, null, null),
        _ => null,
    };

    /// <summary>The entry in the conversation that is live now.</summary>
    /// <param name="homes">For each conversation that exists, what it is part of now; itself when it is live.</param>
    public SinkEntry In(IReadOnlyDictionary<(long BusinessId, long ConversationId), Home> homes)
    {
        if (this is PhoneTold) return this;
        if (!homes.TryGetValue(Conversation, out var home))
            return new Unusable("unknown_conversation", "The business has no such conversation.");
        return this switch
        {
            // Told before an operator took the merge back; where its messages belong is asked address by address.
            Merged merged when merged.AbsorbedId == home.Id && home.IsSplit => new Nothing(merged.BusinessId, merged.AbsorbedId, "undone_merge"),
            Merged merged when merged.AbsorbedId == home.Id => new Unusable("unknown_merge", "The directory does not know that the conversation has ended."),
            Merged merged => merged with { SurvivorId = home.Id },
            Split split => split with { FromId = home.Id },
            _ => At(home.Id),
        };
    }

    /// <summary>A message or what happened to one, in another conversation.</summary>
    public SinkEntry At(long home) => this switch
    {
        Stored stored => stored.Row.ConversationId == home ? stored : new Stored(stored.Row with { ConversationId = home }),
        Updated updated => updated.Row.ConversationId == home ? updated : new Updated(updated.Row with { ConversationId = home }),
        _ => this,
    };

    private static SinkEntry OfMerge(LinkedEvent @event) => @event.ConversationMerged is { Absorbed: { ConversationId: > 0 } absorbed, Survivor: { } survivor }
        ? new Merged(@event.BusinessId, absorbed.ConversationId, survivor.ConversationId)
        : new Unusable("unknown_conversation", "The merge does not name two conversations.");

    private static SinkEntry OfSplit(LinkedEvent @event) => @event.ConversationSplit is { From: { ConversationId: > 0 } from, Into: not null } split
        ? new Split(@event.BusinessId, from.ConversationId, PostgresText.Of(split.Lid), PostgresText.Of(split.Phone))
        : new Unusable("unknown_conversation", "The split does not name two conversations.");

    private static SinkEntry OfPhone(LinkedEvent @event)
    {
        var learned = @event.PhoneLearned;
        if (learned.Lid.Length is 0 or > LongestKey) return new Unusable("bad_lid", $"A LID has 1 to {LongestKey} characters.");
        return PartyColumns.IsE164(learned.Phone) ? new PhoneTold(@event.BusinessId, PostgresText.Of(learned.Lid), learned.Phone) : new Unusable("bad_phone", "A phone is not E.164.");
    }

    private static SinkEntry OfMessage(LinkedEvent @event, Guid id, Message message)
    {
        if (message.MessageId.Length is 0 or > LongestKey)
            return new Unusable("bad_message_id", $"A message id has 1 to {LongestKey} characters.");
        if (!PartyColumns.IsStorable(message.Peer) || !PartyColumns.IsStorable(message.Author))
            return new Unusable("bad_phone", "A phone is not E.164.");
        var author = AuthorKey.Of(message.Kind, message.FromMe, message.Author);
        if (author.Length > LongestKey) return new Unusable("bad_author", $"An author's address has more than {LongestKey} characters.");

        return new Stored(new MessageRow
        {
            BusinessId = @event.BusinessId,
            ConversationId = @event.Conversation.ConversationId,
            MessageId = PostgresText.Of(message.MessageId),
            AuthorKey = author,
            EventId = id,
            Raw = @event.Raw,
            FromMe = message.FromMe,
            IsGroup = message.Kind == Message.Types.Kind.Group,
            Peer = PartyColumns.Of(message.Peer),
            PeerAddress = PartyColumns.AddressItself(message.Peer),
            Author = PartyColumns.Of(message.Author),
            PushName = PostgresText.OrNull(message.PushName),
            Type = PostgresText.OrNull(message.Type) ?? "unknown",
            Body = message.HasText ? PostgresText.Of(message.Text) : null,
            Status = DeliveryStatus.Of(message.Status),
            SentAt = TimeOf(message.SentAt),
            Undecryptable = message.Undecryptable,
        });
    }

    private static SinkEntry OfReceipt(LinkedEvent @event, Guid id, Receipt receipt)
    {
        if (receipt.TargetId.Length is 0 or > LongestKey) return BadTarget();
        // In a direct chat a receipt about our message is the peer's, and one about theirs is ours.
        var author = AuthorKey.Of(receipt.Kind, byBusiness: receipt.Reader is { IsBusiness: true } || (receipt.Kind == Message.Types.Kind.Direct && !receipt.TargetFromMe), receipt.Reader);
        return new Updated(new UpdateRow
        {
            BusinessId = @event.BusinessId,
            ConversationId = @event.Conversation.ConversationId,
            EventId = id,
            TargetId = PostgresText.Of(receipt.TargetId),
            TargetFromMe = receipt.TargetFromMe,
            Change = "receipt",
            PeerAddress = PartyColumns.AddressItself(receipt.Peer),
            AuthorKey = author,
            Status = DeliveryStatus.Of(receipt.Status),
            At = TimeOf(receipt.At) ?? TimeOf(@event.ReceivedAt),
        });
    }

    private static SinkEntry OfUpdate(LinkedEvent @event, Guid id, MessageUpdate update)
    {
        if (update.TargetId.Length is 0 or > LongestKey) return BadTarget();
        var change = update.Change switch
        {
            MessageUpdate.Types.Change.Reaction => "reaction",
            MessageUpdate.Types.Change.Edit => "edit",
            MessageUpdate.Types.Change.Revoke => "revoke",
            MessageUpdate.Types.Change.Delete => "delete",
            MessageUpdate.Types.Change.PollVote => "poll_vote",
            _ => null,
        };
        if (change is null) return new Unusable("bad_change", "The update does not say what happened.");
        return new Updated(new UpdateRow
        {
            BusinessId = @event.BusinessId,
            ConversationId = @event.Conversation.ConversationId,
            EventId = id,
            TargetId = PostgresText.Of(update.TargetId),
            TargetFromMe = update.TargetFromMe,
            Change = change,
            PeerAddress = PartyColumns.AddressItself(update.Peer),
            AuthorKey = AuthorKey.Of(update.Kind, update.FromMe, update.Author),
            Reaction = change == "reaction" ? PostgresText.Of(update.Reaction) : null,
            Body = update.HasText ? PostgresText.Of(update.Text) : null,
            At = TimeOf(update.At) ?? TimeOf(@event.ReceivedAt),
        });
    }

    private static Unusable BadTarget() => new("bad_target_id", $"The id of the message it happened to has 1 to {LongestKey} characters.");

    private static DateTime? TimeOf(Timestamp? time) => time is null ? null : PostgresTime.FromUnix(time.Seconds, time.Nanos);
}
