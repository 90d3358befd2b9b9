using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.ThreadLinker;

/// <summary>Puts decisions into records of the topic <c>linked</c>.</summary>
public sealed class LinkedRecords(OutputTopic<LinkedEvent> linked)
{
    /// <summary>CloudEvents types of what this service writes.</summary>
    public const string MessageType = "whatsapp.message.linked.v1";

    /// <inheritdoc cref="MessageType"/>
    public const string ReceiptType = "whatsapp.receipt.linked.v1";

    /// <inheritdoc cref="MessageType"/>
    public const string MessageUpdateType = "whatsapp.message-update.linked.v1";

    /// <inheritdoc cref="MessageType"/>
    public const string ConversationMergedType = "whatsapp.conversation.merged.v1";

    /// <inheritdoc cref="MessageType"/>
    public const string ConversationSplitType = "whatsapp.conversation.split.v1";

    /// <inheritdoc cref="MessageType"/>
    public const string ConversationRekeyedType = "whatsapp.conversation.rekeyed.v1";

    /// <inheritdoc cref="MessageType"/>
    public const string PhoneLearnedType = "whatsapp.phone.learned.v1";

    /// <summary>The outcome of one event: announcements first, so that a reader has moved the messages before the next one comes.</summary>
    public Outcome Of(EnrichedEvent @event, LinkDecision decision)
    {
        var origin = new LinkedEvent { BusinessId = @event.BusinessId, Source = @event.Source, Session = @event.Session, ReceivedAt = @event.ReceivedAt, Raw = @event.Raw };
        return decision switch
        {
            LinkDecision.Linked found => Outcome.Of([.. Announced(origin, @event.EventId, found.Before), Record(origin, @event, found)]),
            // After the merge that follows from it, so that a reader finds all of the person's messages in one place.
            LinkDecision.Learned learned => Outcome.Of([.. Announced(origin, @event.EventId, learned.Announced), Record(origin, @event.EventId, learned.Pair)]),
            LinkDecision.Noted noted => Of(origin, @event.EventId, noted),
            LinkDecision.Refused refused => new Outcome.Reject(refused.Reason, refused.Detail, @event.EventId),
            _ => throw new InvalidOperationException($"A {decision.GetType().Name} is not a decision."),
        };
    }

    /// <summary>The outcome of a lead that a CRM gave.</summary>
    public Outcome Of(LeadGiven lead, EventSubject subject, LinkDecision decision)
    {
        if (decision is LinkDecision.Refused refused) return new Outcome.Reject(refused.Reason, refused.Detail, lead.EventId);
        if (decision is not LinkDecision.Noted noted || subject is not EventSubject.Given given) throw new InvalidOperationException($"A lead ends in a {decision.GetType().Name}.");
        var origin = new LinkedEvent { BusinessId = lead.BusinessId, Source = "crm", ReceivedAt = Timestamp.FromDateTime(given.Cause.At) };
        return Of(origin, given.Cause.EventId.ToString(), noted);
    }

    private Outcome Of(LinkedEvent origin, string eventId, LinkDecision.Noted noted)
    {
        Output[] records = [.. Announced(origin, eventId, noted.Announced)];
        return records.Length > 0 ? Outcome.Of(records) : new Outcome.Skip(noted.Kind);
    }

    private Output Record(LinkedEvent origin, EnrichedEvent @event, LinkDecision.Linked found)
    {
        var value = Envelope(origin, @event.EventId);
        value.Conversation = Contract(found.Conversation);
        switch (@event.BodyCase)
        {
            case EnrichedEvent.BodyOneofCase.Message:
                value.Message = @event.Message;
                if (found.DeniedSide is { } side) value.Message = WithoutDenied(@event.Message, side);
                return Record(value, MessageType, @event.Message.SentAt);
            case EnrichedEvent.BodyOneofCase.Receipt:
                value.Receipt = @event.Receipt;
                return Record(value, ReceiptType, @event.Receipt.At);
            default:
                value.MessageUpdate = @event.MessageUpdate;
                return Record(value, MessageUpdateType, @event.MessageUpdate.At);
        }
    }

    private Output Record(LinkedEvent origin, string causeEventId, EventSubject.Mapping pair)
    {
        var value = Envelope(origin, DerivedIds.Of(pair.Cause.EventId, $"phone {pair.Lid} {pair.Phone.Phone}").ToString());
        value.PhoneLearned = new PhoneLearned { Lid = pair.Lid, Phone = pair.Phone.Phone, CauseEventId = causeEventId, At = Timestamp.FromDateTime(pair.Cause.At) };
        return Record(value, PhoneLearnedType, value.PhoneLearned.At);
    }

    // The event was resolved before the operator spoke; nobody downstream should read what was denied.
    private static Message WithoutDenied(Message message, DeniedSide side)
    {
        var allowed = message.Clone();
        Withdraw(allowed.Peer, side);
        if (!allowed.FromMe) Withdraw(allowed.Author, side);
        return allowed;
    }

    private static void Withdraw(Party? person, DeniedSide side)
    {
        if (person is null) return;
        if (side == DeniedSide.Lid)
        {
            person.Lid = "";
            return;
        }
        person.Phone = "";
        person.Address = person.Lid + "@lid";
        person.Source = Party.Types.Source.None;
        person.Field = "";
    }

    private IEnumerable<Output> Announced(LinkedEvent origin, string causeEventId, IReadOnlyList<Announcement> announcements)
    {
        foreach (var announcement in announcements)
        {
            var at = Timestamp.FromDateTime(announcement.Cause.At);
            switch (announcement)
            {
                case Announcement.Merge { Absorbed: { } absorbed, Survivor: { } survivor } merge:
                    var merged = Follower(origin, merge, $"merged {merge.BusinessId} {merge.AbsorbedId}");
                    merged.ConversationMerged = new ConversationMerged
                    {
                        Survivor = Contract(survivor),
                        Absorbed = Contract(absorbed),
                        CauseEventId = causeEventId,
                        Evidence = merge.Evidence,
                        At = at,
                    };
                    yield return Record(merged, ConversationMergedType, at);
                    break;
                case Announcement.Rekey rekey:
                    var rekeyed = Follower(origin, rekey, $"rekeyed {rekey.OldKey}");
                    rekeyed.ConversationRekeyed = new ConversationRekeyed { Conversation = Contract(rekey.Conversation), OldKey = rekey.OldKey, CauseEventId = causeEventId, At = at };
                    yield return Record(rekeyed, ConversationRekeyedType, at);
                    break;
                case Announcement.Split { From: { } from, Into: { } into } split:
                    var apart = Follower(origin, split, $"split {into.Key}");
                    apart.ConversationSplit = new ConversationSplit
                    {
                        From = Contract(from),
                        Into = Contract(into),
                        Addresses = { split.Addresses },
                        CauseEventId = causeEventId,
                        At = at,
                        Lid = split.Lid,
                        Phone = split.Phone,
                    };
                    yield return Record(apart, ConversationSplitType, at);
                    break;
            }
        }
    }

    private Output Record(LinkedEvent value, string type, Timestamp? at)
    {
        var time = EventSubject.TimeOf(at);
        return linked.Record(Topics.KeyOf(value.BusinessId), value, value.EventId, type, value.BusinessId, time is null ? null : new DateTimeOffset(time.Value));
    }

    private static LinkedEvent Follower(LinkedEvent origin, Announcement announcement, string what) =>
        Envelope(origin, DerivedIds.Of(announcement.Cause.EventId, what).ToString());

    private static LinkedEvent Envelope(LinkedEvent origin, string eventId) => new()
    {
        EventId = eventId,
        BusinessId = origin.BusinessId,
        Source = origin.Source,
        Session = origin.Session,
        ReceivedAt = origin.ReceivedAt,
        Raw = origin.Raw,
    };

    private static Contracts.Conversation Contract(LinkedConversation conversation) =>
        new() { ConversationId = conversation.Id, Key = conversation.Key, LeadId = conversation.LeadId };
}
