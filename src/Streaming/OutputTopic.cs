using Google.Protobuf;
using Pipeline.Contracts;

namespace Pipeline.Streaming;

/// <summary>Makes the records of one topic: encodes the value once and names it.</summary>
public sealed class OutputTopic<T>
    where T : class, IMessage<T>, new()
{
    private readonly Topic<T> topic;
    private Func<T, byte[]>? encode;

    /// <summary>Not connected yet: <see cref="ConnectAsync"/> comes before the first record.</summary>
    public OutputTopic(Topic<T> topic) => this.topic = topic;

    /// <summary>Ready for use with a codec that exists already.</summary>
    public OutputTopic(Topic<T> topic, RecordCodec<T> codec)
        : this(topic, codec.Encode)
    {
    }

    /// <summary>Ready for use with any encoding: for tests of a stage, which need no registry.</summary>
    public OutputTopic(Topic<T> topic, Func<T, byte[]> encode)
        : this(topic) => this.encode = encode;

    /// <summary>The topic's full name.</summary>
    public string Name => topic.Name;

    /// <summary>Asks the registry for the schema id. Part of a service's start, see <see cref="ServiceBuilder.AddOutput{T}"/>.</summary>
    /// <exception cref="SchemaNotRegisteredException">The registry answered, and does not know the schema.</exception>
    /// <exception cref="HttpRequestException">The registry did not answer.</exception>
    public async Task ConnectAsync(SchemaRegistryOptions registry, CancellationToken cancellation) =>
        encode ??= (await RecordCodec<T>.CreateAsync(topic, registry, cancellation)).Encode;

    /// <summary>A record without a value: on a compacted topic, the end of what the key stood for.</summary>
    /// <param name="key">Record key, see <see cref="Topics"/>.</param>
    /// <param name="eventId">Deterministic id: the same input gives the same id.</param>
    /// <param name="eventType">CloudEvents type.</param>
    /// <param name="businessId">The business.</param>
    /// <param name="time">The event's own time, where known.</param>
    public Output Tombstone(string key, string eventId, string eventType, long businessId, DateTimeOffset? time) =>
        new(topic.Name, key, null, eventId, eventType, businessId, time);

    /// <summary>A record with a value.</summary>
    /// <param name="key">Record key, see <see cref="Topics"/>.</param>
    /// <param name="value">The value.</param>
    /// <param name="eventId">Deterministic id: the same input gives the same id.</param>
    /// <param name="eventType">CloudEvents type.</param>
    /// <param name="businessId">The business.</param>
    /// <param name="time">The event's own time, where known.</param>
    /// <exception cref="InvalidOperationException">The topic is not connected yet.</exception>
    public Output Record(string key, T value, string eventId, string eventType, long businessId, DateTimeOffset? time)
    {
        var encoded = (encode ?? throw new InvalidOperationException($"'{topic.Name}' is used before the service's start-up work was done."))(value);
        return new Output(topic.Name, key, encoded, eventId, eventType, businessId, time);
    }
}
