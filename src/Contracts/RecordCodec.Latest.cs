using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Confluent.SchemaRegistry.Serdes;
using Google.Protobuf;

namespace Pipeline.Contracts;

/// <summary>
/// Values of one topic ↔ bytes in Confluent's wire format. This file is the latest package set: Confluent's own serializer and
/// deserializer do the work.
/// </summary>
public sealed class RecordCodec<T>
    where T : class, IMessage<T>, new()
{
    private readonly IAsyncSerializer<T> serializer;
    private readonly IAsyncDeserializer<T> deserializer;
    private readonly SerializationContext context;

    // Declared by their interfaces: the classes drag a descriptor assembly into every compilation that names them.
    private RecordCodec(Topic<T> topic, IAsyncSerializer<T> serializer, IAsyncDeserializer<T> deserializer)
    {
        this.serializer = serializer;
        this.deserializer = deserializer;
        context = new SerializationContext(MessageComponentType.Value, topic.Name);
    }

    /// <summary>Asks the registry for the id of the schema this build was compiled with; the serializer remembers it from then on.</summary>
    /// <exception cref="SchemaNotRegisteredException">The registry answered, and does not know the schema: <c>pipeline schemas register</c> is due.</exception>
    /// <exception cref="HttpRequestException">The registry did not answer.</exception>
    public static async Task<RecordCodec<T>> CreateAsync(Topic<T> topic, SchemaRegistryOptions options, CancellationToken cancellation)
    {
        // The same look-up as in the baseline set comes first: it gives the same errors, and a clear one when the schema is missing.
        using (var registry = new SchemaRegistry(options))
            await registry.IdOfAsync(topic.Subject, new T().Descriptor.File, cancellation);

        var client = new CachedSchemaRegistryClient(new SchemaRegistryConfig
        {
            Url = options.Url,
            RequestTimeoutMs = (int)options.Timeout.TotalMilliseconds,
        });
        var codec = new RecordCodec<T>(topic, new ProtobufSerializer<T>(client, new ProtobufSerializerConfig
        {
            AutoRegisterSchemas = false,
            SubjectNameStrategy = SubjectNameStrategy.Topic,
        }), new ProtobufDeserializer<T>());
        await codec.serializer.SerializeAsync(new T(), codec.context);
        return codec;
    }

    /// <summary>The value, framed.</summary>
    public byte[] Encode(T value)
    {
        // The schema id is cached since CreateAsync, so the task is complete when it is returned and nothing blocks here.
        return serializer.SerializeAsync(value, context).GetAwaiter().GetResult();
    }

    /// <summary>Reads a value. Needs no registry.</summary>
    /// <exception cref="UndecodableRecordException">The bytes are not such a value.</exception>
    public T Decode(ReadOnlySpan<byte> bytes)
    {
        // Checked by our own reader first: both package sets refuse the same bytes for the same reasons, and the deserializer, which
        // throws index errors on broken frames, never sees one.
        WireFormat.FrameLength(bytes);
        try
        {
            return deserializer.DeserializeAsync(bytes.ToArray(), isNull: false, context).GetAwaiter().GetResult();
        }
        catch (Exception broken) when (broken is InvalidProtocolBufferException or InvalidDataException)
        {
            throw new UndecodableRecordException("bad_protobuf", $"The bytes behind the frame are not a {typeof(T).Name}.", broken);
        }
    }
}
