using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Ingestor;

/// <summary>Turns one posted event into records of the topic <c>raw</c>: one record for each item of a batch.</summary>
public sealed class RawEvents(OutputTopic<RawEvent> raw, IngestorOptions options)
{
    /// <summary>The CloudEvents type of every raw record.</summary>
    public const string EventType = "whatsapp.raw.v1";

    /// <summary>Makes the records, in the order in which they are to be read: what teaches a pair comes before what needs it.</summary>
    /// <param name="posted">The event.</param>
    /// <param name="source">Who posted it.</param>
    /// <param name="business">The business of the credential.</param>
    /// <param name="now">When it was received.</param>
    /// <param name="refusal">Why it cannot be accepted, when null is returned.</param>
    public IReadOnlyList<Output>? From(WebhookEvent posted, string source, long business, DateTimeOffset now, out Refusal? refusal)
    {
        var parts = EventSplitter.Split(source, posted.EventType, posted.Data);
        var records = new List<Output>(parts.Count);
        var receivedAt = Timestamp.FromDateTimeOffset(now);
        foreach (var part in parts)
        {
            if (part.Json.Length > options.MaxEventBytes)
            {
                refusal = new Refusal(413, "event_too_large", $"One event may have {options.MaxEventBytes} bytes (Ingestor:MaxEventBytes), item {part.Index + 1} has {part.Json.Length}.");
                return null;
            }
            var id = EventIds.Of(business, source, posted.EventType, part).ToString();
            var value = new RawEvent
            {
                BusinessId = business,
                Source = source,
                Session = posted.Session,
                EventType = posted.EventType,
                Part = part.Part,
                Delivery = part.Delivery,
                OwnPhoneAddress = posted.OwnPhoneAddress,
                OwnLidAddress = posted.OwnLidAddress,
                ReceivedAt = receivedAt,
                EventId = id,
                Payload = UnsafeByteOperations.UnsafeWrap(part.Json),
            };
            records.Add(raw.Record(Topics.KeyOf(business), value, id, EventType, business, now));
        }
        refusal = null;
        return records;
    }
}
