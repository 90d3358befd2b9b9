using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>
/// Reads WAHA's payloads. The engine's raw record under <c>_data</c> is read where there is one, because it keeps alternates; else the payload's own
/// fields, of which the id (<c>fromMe_chat_id[_participant]</c>) names the chat most reliably.
/// </summary>
internal static class WahaReader
{
    public static ReadEvent Message(RawItem item, JsonElement payload) => RecordReader.Read(Fields(payload), item.Own, MappingGrade.Strong);

    public static ReadEvent Ack(RawItem item, JsonElement payload)
    {
        var key = Key(payload);
        if (key.Fault is not null) return EventReader.Failed(key.Fault);
        JsonText.TryGet(payload, "ack"u8, out var ack);
        JsonText.TryGet(payload, "timestamp"u8, out var time);
        return DeliveryStatus.OfAck(ack) is { } word
            ? UpdateReader.Acknowledged(key, word, time, new Findings(item.Own, MappingGrade.Strong))
            : EventReader.Failed(Faults.InvalidType);
    }

    public static ReadEvent Reaction(RawItem item, JsonElement payload)
    {
        var fields = Fields(payload);
        var key = fields.Key;
        if (key.Fault is not null) return EventReader.Failed(key.Fault);
        if (!JsonText.TryGet(payload, "reaction"u8, out var reaction)) return EventReader.Failed(Faults.InvalidType);

        var findings = new Findings(item.Own, MappingGrade.Strong);
        var parties = Parties.Of(key, findings);
        var target = WahaMessageId.Of(JsonText.Filled(reaction, "messageId"u8));
        return UpdateReader.Started(EventKind.Reaction, key, parties, findings, fields.Timestamp) with
        {
            Type = "reaction",
            Reaction = JsonText.Of(reaction, "text"u8),
            PushName = parties.FromMe ? null : fields.PushName,
            TargetId = target?.Id,
            TargetFromMe = target?.FromMe,
        };
    }

    public static ReadEvent Edited(RawItem item, JsonElement payload)
    {
        var read = RecordReader.Read(Fields(payload), item.Own, MappingGrade.Strong);
        if (read.Kind == EventKind.Error) return read;
        var edited = JsonText.Filled(payload, "editedMessageId"u8) ?? read.TargetId;
        return read with
        {
            Kind = EventKind.Edit,
            Text = JsonText.Of(payload, "body"u8) ?? read.Text,
            TargetId = WahaMessageId.Of(edited)?.Id ?? edited,
            TargetFromMe = read.FromMe,
            Hint = null,
        };
    }

    public static ReadEvent Revoked(RawItem item, JsonElement payload)
    {
        var message = JsonText.TryGet(payload, "after"u8, out var after) ? after : JsonText.TryGet(payload, "before"u8, out var before) ? before : payload;
        if (message.ValueKind != JsonValueKind.Object) return EventReader.Failed(Faults.InvalidType);
        var key = Key(message);
        if (key.Fault is not null) return EventReader.Failed(key.Fault);

        JsonText.TryGet(message, "timestamp"u8, out var time);
        var findings = new Findings(item.Own, MappingGrade.Strong);
        var read = UpdateReader.Started(EventKind.Revoke, key, Parties.Of(key, findings), findings, time) with { Type = "revoke" };
        var revoked = JsonText.Filled(payload, "revokedMessageId"u8) ?? (JsonText.TryGet(payload, "before"u8, out var original) ? JsonText.Filled(original, "id"u8) : null);
        return revoked is null ? read : read with { TargetId = WahaMessageId.Of(revoked)?.Id ?? revoked };
    }

    private static RecordFields Fields(JsonElement payload)
    {
        if (HasRecord(payload, out var record))
        {
            var whole = RecordFields.Of(record);
            whole.Key = WithChatOf(WahaMessageId.Of(JsonText.Filled(payload, "id"u8)), whole.Key);
            if (whole.Timestamp.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null && payload.TryGetProperty("timestamp"u8, out var sent)) whole.Timestamp = sent;
            if (whole.Message.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null && whole.Stub is null) whole.Plain = PlainContent(payload);
            return whole;
        }
        JsonText.TryGet(payload, "timestamp"u8, out var time);
        var name = JsonText.Filled(payload, "notifyName"u8);
        if (JsonText.TryGet(payload, "_data"u8, out var data))
            name ??= JsonText.Filled(data, "notifyName"u8) ?? (JsonText.TryGet(data, "Info"u8, out var info) ? JsonText.Filled(info, "PushName"u8) : null);
        return new RecordFields { Key = Key(payload), Plain = PlainContent(payload), Timestamp = time, PushName = name };
    }

    private static bool HasRecord(JsonElement payload, out JsonElement record) =>
        JsonText.TryGet(payload, "_data"u8, out record) && record.ValueKind == JsonValueKind.Object &&
        JsonText.TryGet(record, "key"u8, out var key) && key.ValueKind == JsonValueKind.Object;

    private static MessageKey Key(JsonElement payload)
    {
        var id = WahaMessageId.Of(JsonText.Filled(payload, "id"u8));
        if (HasRecord(payload, out var record)) return WithChatOf(id, RecordFields.Of(record).Key);

        var key = new MessageKey();
        key.FromMe = JsonText.TryGet(payload, "fromMe"u8, out var fromMe) ? JsonText.IsTrue(fromMe) : id?.FromMe ?? false;
        key.Id = id?.Id ?? JsonText.Filled(payload, "id"u8);
        if (id?.Chat is { } chat) key.SetChat(chat);
        else if (payload.TryGetProperty(key.FromMe ? "to"u8 : "from"u8, out var address)) key.SetChat(address);
        else key.Fault = Faults.MissingRemoteJid;
        if (JsonText.TryGet(payload, "participant"u8, out var participant)) key.OfferParticipant(participant);
        if (id?.Participant is { } author) key.OfferParticipant(author);

        // The Go engine has its alternates in a block of its own.
        if (JsonText.TryGet(payload, "_data"u8, out var data) && JsonText.TryGet(data, "Info"u8, out var info))
        {
            key.Add(WaId.Parse(JsonText.Filled(info, "SenderAlt"u8)), "SenderAlt", AlternateOwner.Sender);
            key.Add(WaId.Parse(JsonText.Filled(info, "RecipientAlt"u8)), "RecipientAlt", AlternateOwner.Recipient);
        }
        return key;
    }

    // The composed id and the raw record name one chat; where one does so by LID and the other by phone, they are a pair.
    private static MessageKey WithChatOf(WahaMessageId? id, MessageKey key)
    {
        if (key.Chat is { IsPerson: true } chat && WaId.Parse(id?.Chat) is { IsPerson: true } other && other.Kind != chat.Kind)
            key.Add(other, "id", AlternateOwner.Chat);
        return key;
    }

    private static MessageContent PlainContent(JsonElement payload)
    {
        var body = JsonText.Of(payload, "body"u8);
        if (!JsonText.TryGet(payload, "hasMedia"u8, out var media) || !JsonText.IsTrue(media)) return MessageContent.Plain(body is null ? null : "text", body);
        var mime = JsonText.TryGet(payload, "media"u8, out var file) ? JsonText.Of(file, "mimetype"u8) : null;
        var type = mime?.Split('/')[0] switch { "image" => "image", "video" => "video", "audio" => "audio", _ => "document" };
        return MessageContent.Plain(type, body);
    }
}
