using Google.Protobuf;
using Pipeline.Contracts;

namespace Pipeline.Streaming;

/// <summary>Reads the values of one topic. The counterpart of <see cref="OutputTopic{T}"/>.</summary>
internal sealed class InputTopic<T>
    where T : class, IMessage<T>, new()
{
    private readonly Topic<T> topic;
    private RecordCodec<T>? codec;

    public InputTopic(Topic<T> topic) => this.topic = topic;

    /// <summary>The topic's full name.</summary>
    public string Name => topic.Name;

    /// <summary>Where records go that can never succeed.</summary>
    public string DeadLetters => topic.DeadLetters;

    /// <summary>Makes the codec. Decoding itself asks nobody, so a registry that is away later disturbs nothing.</summary>
    public async Task ConnectAsync(SchemaRegistryOptions registry, CancellationToken cancellation) =>
        codec ??= await RecordCodec<T>.CreateAsync(topic, registry, cancellation);

    /// <summary>The value of a record.</summary>
    /// <exception cref="UndecodableRecordException">The bytes are not such a value.</exception>
    public T Decode(byte[]? value) =>
        (codec ?? throw new InvalidOperationException($"'{topic.Name}' is read before the service's start-up work was done.")).Decode(value);
}
