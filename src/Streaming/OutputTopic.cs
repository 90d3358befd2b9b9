using Google.Protobuf;
using Pipeline.Contracts;

namespace Pipeline.Streaming;

/// <summary>Makes the records of one topic: encodes the value once and names it.</summary>
public sealed class OutputTopic<T>(Topic<T> topic, RecordCodec<T> codec)
    where T : class, IMessage<T>, new()
{
    /// <summary>A record with a value.</summary>
    /// <param name="key">Record key, see <see cref="Topics"/>.</param>
    /// <param name="value">The value.</param>
    /// <param name="eventId">Deterministic id: the same input gives the same id.</param>
    /// <param name="eventType">CloudEvents type.</param>
    /// <param name="businessId">The business.</param>
    /// <param name="time">The event's own time, where known.</param>
    public Output Record(string key, T value, string eventId, string eventType, long businessId, DateTimeOffset? time) =>
        new(topic.Name, key, codec.Encode(value), eventId, eventType, businessId, time);
}
