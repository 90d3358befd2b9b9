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

    /// <summary>The outcome of one event: merges first, so that a reader has moved the messages before the next one comes.</summary>
    public Outcome Of(EnrichedEvent @event, LinkDecision decision) => decision switch
    {
        LinkDecision.Linked found => Outcome.Of([.. Announced(@event, found.Merges), Record(@event, found.Conversation)]),
        LinkDecision.Noted { Merges.Count: 0 } => new Outcome.Skip("mapping"),
        LinkDecision.Noted noted => Outcome.Of([.. Announced(@event, noted.Merges)]),
        LinkDecision.Refused refused => new Outcome.Reject(refused.Reason, refused.Detail, @event.EventId),
        _ => throw new InvalidOperationException($"A {decision.GetType().Name} is not a decision."),
    };

    private Output Record(EnrichedEvent @event, LinkedConversation conversation)
    {
        var value = Envelope(@event, @event.EventId);
        value.Conversation = Contract(conversation);
        switch (@event.BodyCase)
        {
            case EnrichedEvent.BodyOneofCase.Message:
                value.Message = @event.Message;
                return Record(value, MessageType, @event.Message.SentAt);
            case EnrichedEvent.BodyOneofCase.Receipt:
                value.Receipt = @event.Receipt;
                return Record(value, ReceiptType, @event.Receipt.At);
            default:
                value.MessageUpdate = @event.MessageUpdate;
                return Record(value, MessageUpdateType, @event.MessageUpdate.At);
        }
    }

    private IEnumerable<Output> Announced(EnrichedEvent @event, IReadOnlyList<LeadMerge> merges)
    {
        foreach (var merge in merges)
        {
            if (merge is not { Absorbed: { } absorbed, Survivor: { } survivor }) continue;
            var at = Timestamp.FromDateTime(merge.At);
            var value = Envelope(@event, DerivedIds.Of(merge.EventId, $"merged {merge.BusinessId} {merge.AbsorbedLeadId}").ToString());
            value.ConversationMerged = new ConversationMerged
            {
                Survivor = Contract(survivor),
                Absorbed = Contract(absorbed),
                CauseEventId = @event.EventId,
                Evidence = merge.Evidence,
                At = at,
            };
            yield return Record(value, ConversationMergedType, at);
        }
    }

    private Output Record(LinkedEvent value, string type, Timestamp? at)
    {
        var time = EventSubject.TimeOf(at);
        return linked.Record(Topics.KeyOf(value.BusinessId), value, value.EventId, type, value.BusinessId, time is null ? null : new DateTimeOffset(time.Value));
    }

    private static LinkedEvent Envelope(EnrichedEvent @event, string eventId) => new()
    {
        EventId = eventId,
        BusinessId = @event.BusinessId,
        Source = @event.Source,
        Session = @event.Session,
        ReceivedAt = @event.ReceivedAt,
        Raw = @event.Raw,
    };

    private static Contracts.Conversation Contract(LinkedConversation conversation) =>
        new() { ConversationId = conversation.Id, Key = conversation.Key, LeadId = conversation.LeadId };
}
