using Google.Protobuf;

namespace Pipeline.Contracts;

/// <summary>
/// Values of one topic ↔ bytes in Confluent's wire format. This file is the baseline package set: the frame is our own, the schema id
/// is asked of the registry once, when the codec is made.
/// </summary>
public sealed class RecordCodec<T>
    where T : class, IMessage<T>, new()
{
    private static readonly MessageParser<T> Parser = new(() => new T());
    private readonly byte[] frame;

    private RecordCodec(byte[] frame) => this.frame = frame;

    /// <summary>Asks the registry for the id of the schema this build was compiled with.</summary>
    /// <exception cref="SchemaNotRegisteredException">The registry answered, and does not know the schema: <c>pipeline schemas register</c> is due.</exception>
    /// <exception cref="HttpRequestException">The registry did not answer.</exception>
    public static async Task<RecordCodec<T>> CreateAsync(Topic<T> topic, SchemaRegistryOptions options, CancellationToken cancellation)
    {
        using var registry = new SchemaRegistry(options);
        var descriptor = new T().Descriptor;
        var id = await registry.IdOfAsync(topic.Subject, descriptor.File, cancellation);
        return new RecordCodec<T>(WireFormat.Frame(id, descriptor));
    }

    /// <summary>The value, framed.</summary>
    public byte[] Encode(T value)
    {
        var bytes = new byte[frame.Length + value.CalculateSize()];
        frame.CopyTo(bytes, 0);
        value.WriteTo(bytes.AsSpan(frame.Length));
        return bytes;
    }

    /// <summary>Reads a value. Needs no registry.</summary>
    /// <exception cref="UndecodableRecordException">The bytes are not such a value.</exception>
    public T Decode(ReadOnlySpan<byte> bytes)
    {
        var length = WireFormat.FrameLength(bytes);
        try
        {
            return Parser.ParseFrom(bytes[length..]);
        }
        catch (InvalidProtocolBufferException broken)
        {
            throw new UndecodableRecordException("bad_protobuf", $"The bytes behind the frame are not a {typeof(T).Name}.", broken);
        }
    }
}
