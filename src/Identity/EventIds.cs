using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>
/// The deterministic id of an event: the same delivery has the same id for ever, on every machine. UUID version 5 (RFC 4122, SHA-1) over the business, the event
/// type, the chat as received, the message id, from-me, the author as received, and for events about a message what they say. How it was delivered and
/// when are not in it. An undecryptable record and its readable copy differ. An event without a message key is named by its bytes.
/// </summary>
public static class EventIds
{
    /// <summary>The namespace of all event ids of this product. Changing it, or what goes into a name, gives every event a new id.</summary>
    public static readonly Guid Namespace = new("6f2c1b5e-94d3-5a07-8e61-3b0a7d58c2f4");

    /// <summary>The id of one part of an event that has just been split.</summary>
    public static Guid Of(long business, string source, string eventType, EventPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part.Element.ValueKind == JsonValueKind.Undefined
            ? Of(business, source, eventType, part.Part, part.Json)
            : Of(business, source, eventType, part.Part, part.Json.Span, part.Element);
    }

    /// <summary>The id of an item as it flows on the raw topic: the same as that of the part it was.</summary>
    public static Guid Of(long business, RawItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return Of(business, item.Source, item.EventType, item.Part, item.Json);
    }

    private static Guid Of(long business, string source, string eventType, string part, ReadOnlyMemory<byte> json)
    {
        using var document = RawBody.TryParse(json);
        return Of(business, source, eventType, part, json.Span, document?.RootElement ?? default);
    }

    private static Guid Of(long business, string source, string eventType, string part, ReadOnlySpan<byte> json, JsonElement item)
    {
        var shape = EventShapes.Of(source, eventType);
        var name = new ArrayBufferWriter<byte>(256);
        WriteNamespace(name);
        Text(name, business.ToString());
        Text(name, EventShapes.IdName(shape) ?? eventType);
        var start = name.WrittenCount;
        if (!TryWriteMessage(name, shape, part, item))
        {
            // Nothing was written before the decision, so the name so far is only business and type.
            System.Diagnostics.Debug.Assert(name.WrittenCount == start);
            Text(name, part);
            Text(name, json);
        }
        return Uuid5.Of(name.WrittenSpan);
    }

    private static bool TryWriteMessage(ArrayBufferWriter<byte> name, EventShape shape, string part, JsonElement item)
    {
        try
        {
            if (item.ValueKind != JsonValueKind.Object || !HasKey(shape, part)) return false;
            if (shape == EventShape.Reaction)
            {
                if (!JsonText.TryGet(item, "reaction"u8, out var reaction) || !JsonText.TryGet(reaction, "key"u8, out var reactor)) return false;
                JsonText.TryGet(item, "key"u8, out var target);
                return Key(name, reactor, default, EventSaying.Reaction(target, reaction));
            }
            if (JsonText.TryGet(item, "_data"u8, out var record) && JsonText.TryGet(record, "key"u8, out _)) return Record(name, shape, item, record);
            if (JsonText.TryGet(item, "key"u8, out _) || JsonText.TryGet(item, "remoteJid"u8, out _)) return Record(name, shape, item, item);
            return Waha(name, shape, item);
        }
        catch (InvalidOperationException)
        {
            // Property names that are no Unicode text; thrown only while looking, before anything is written.
            return false;
        }
    }

    private static bool HasKey(EventShape shape, string part) => shape switch
    {
        EventShape.Message => part.Length > 0,
        EventShape.History => part is "messages" or "data",
        EventShape.MessageUpdate or EventShape.ReceiptUpdate or EventShape.Reaction or EventShape.Delete => true,
        EventShape.WahaAck or EventShape.WahaReaction => true,
        _ => false,
    };

    private static bool Record(ArrayBufferWriter<byte> name, EventShape shape, JsonElement item, JsonElement record)
    {
        if (!JsonText.TryGet(record, "key"u8, out var key)) key = record;
        JsonText.TryGet(record, "participant"u8, out var participant);
        return Key(name, key, participant, EventSaying.Of(shape, item, record));
    }

    private static bool Key(ArrayBufferWriter<byte> name, JsonElement key, JsonElement otherParticipant, string saying)
    {
        if (key.ValueKind != JsonValueKind.Object) return false;
        JsonText.TryGet(key, "id"u8, out var idElement);
        if (idElement.ValueKind == JsonValueKind.Undefined) JsonText.TryGet(key, "keyId"u8, out idElement);
        JsonText.TryGet(key, "fromMe"u8, out var fromMe);
        if (JsonText.Filled(key, "remoteJid"u8) is not { } chat || JsonText.Identifier(idElement) is not { } id) return false;
        var author = JsonText.Filled(key, "participant"u8) ?? JsonText.Filled(otherParticipant) ?? "";
        Message(name, chat, id, JsonText.IsTrue(fromMe), author, saying);
        return true;
    }

    private static bool Waha(ArrayBufferWriter<byte> name, EventShape shape, JsonElement payload)
    {
        if (JsonText.Filled(payload, "id"u8) is not { } text) return false;
        var id = WahaMessageId.Of(text);
        if ((id?.Chat ?? JsonText.Filled(payload, "from"u8)) is not { } chat) return false;
        var fromMe = id?.FromMe ?? (JsonText.TryGet(payload, "fromMe"u8, out var stated) && JsonText.IsTrue(stated));
        Message(name, chat, id?.Id ?? text, fromMe, JsonText.Filled(payload, "participant"u8) ?? "", EventSaying.Of(shape, payload, payload));
        return true;
    }

    private static void Message(ArrayBufferWriter<byte> name, string chat, string id, bool fromMe, string author, string saying)
    {
        Text(name, chat);
        Text(name, id);
        Text(name, fromMe ? "1" : "0");
        Text(name, author);
        Text(name, saying);
    }

    private static void Text(ArrayBufferWriter<byte> name, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Length(name, length);
        Encoding.UTF8.GetBytes(text, name.GetSpan(length));
        name.Advance(length);
    }

    private static void Text(ArrayBufferWriter<byte> name, ReadOnlySpan<byte> text)
    {
        Length(name, text.Length);
        name.Write(text);
    }

    // Each field is preceded by its length, so that no two lists of fields give the same name.
    private static void Length(ArrayBufferWriter<byte> name, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(name.GetSpan(4), length);
        name.Advance(4);
    }

    private static void WriteNamespace(ArrayBufferWriter<byte> name)
    {
        Namespace.TryWriteBytes(name.GetSpan(16), bigEndian: true, out var written);
        name.Advance(written);
    }
}
