using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>The fields of a message record, found in one pass.</summary>
internal struct RecordFields
{
    public MessageKey Key { get; set; }

    public JsonElement Message { get; private set; }

    /// <summary>Content that a producer spells out itself, used when there is no message.</summary>
    public MessageContent Plain { get; set; }

    public string? Stub { get; private set; }

    public JsonElement StubParameters { get; private set; }

    public JsonElement Timestamp { get; set; }

    public JsonElement Status { get; set; }

    /// <summary>A context that a producer moved out of the content.</summary>
    public JsonElement Context { get; private set; }

    public string? PushName { get; set; }

    /// <summary>The name WhatsApp has verified for the author's business.</summary>
    public string? VerifiedName { get; private set; }

    public static RecordFields Of(JsonElement record)
    {
        var fields = new RecordFields();
        JsonElement key = default, participant = default;
        var hasAlternates = false;
        foreach (var property in record.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(property);
            if (name.SequenceEqual("key"u8)) key = property.Value;
            else if (name.SequenceEqual("message"u8)) fields.Message = property.Value;
            else if (name.SequenceEqual("messageTimestamp"u8)) fields.Timestamp = property.Value;
            else if (name.SequenceEqual("pushName"u8)) fields.PushName = JsonText.Filled(property.Value);
            else if (name.SequenceEqual("verifiedBizName"u8)) fields.VerifiedName = JsonText.Filled(property.Value);
            else if (name.SequenceEqual("participant"u8)) participant = property.Value;
            else if (name.SequenceEqual("status"u8)) fields.Status = property.Value;
            else if (name.SequenceEqual("messageStubType"u8)) fields.Stub = StubTypes.Of(property.Value);
            else if (name.SequenceEqual("messageStubParameters"u8)) fields.StubParameters = property.Value;
            else if (name.SequenceEqual("contextInfo"u8)) fields.Context = property.Value;
            else hasAlternates |= MessageKey.IsAlternate(name);
        }
        fields.Key = MessageKey.Of(key);
        if (fields.Key.Fault is null)
        {
            fields.Key.OfferParticipant(participant);
            if (hasAlternates) AddAlternates(fields.Key, record);
        }
        return fields;
    }

    /// <summary>
    /// The chat of an own one-to-one message and its receiver's other address, as the receipt kept in the record names it. Null when there is no such pair.
    /// </summary>
    public static (WaId Chat, WaId Receiver)? Receiver(JsonElement record)
    {
        if (!JsonText.TryGet(record, "userReceipt"u8, out var receipts) || receipts.ValueKind != JsonValueKind.Array || receipts.GetArrayLength() == 0) return null;
        if (!JsonText.TryGet(record, "key"u8, out var key) || !JsonText.TryGet(key, "fromMe"u8, out var fromMe) || !JsonText.IsTrue(fromMe)) return null;
        var chat = WaId.Parse(JsonText.Filled(key, "remoteJid"u8));
        var receiver = WaId.Parse(JsonText.Filled(receipts[0], "userJid"u8));
        return chat is { IsPerson: true } && receiver is { IsPerson: true } && chat.Kind != receiver.Kind ? (chat, receiver) : null;
    }

    private static void AddAlternates(MessageKey key, JsonElement record)
    {
        foreach (var property in record.EnumerateObject()) key.TryAdd(JsonMarshal.GetRawUtf8PropertyName(property), property.Value);
    }
}
