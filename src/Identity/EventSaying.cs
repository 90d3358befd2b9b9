using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>What an event about a message says, as far as two events about one message must be told apart by it.</summary>
internal static class EventSaying
{
    public static string Of(EventShape shape, JsonElement item, JsonElement record)
    {
        switch (shape)
        {
            case EventShape.MessageUpdate:
                if (JsonText.TryGet(item, "update"u8, out var update)) return "update:" + Raw(update);
                JsonText.TryGet(item, "status"u8, out var flat);
                return "status:" + Raw(flat);
            case EventShape.WahaAck:
                JsonText.TryGet(item, "ack"u8, out var ack);
                return "ack:" + Raw(ack);
            case EventShape.ReceiptUpdate:
                return JsonText.TryGet(item, "receipt"u8, out var receipt) ? Receipt(receipt) : "receipt:";
            case EventShape.WahaReaction:
                JsonText.TryGet(item, "reaction"u8, out var reaction);
                return "reaction:" + JsonText.Of(reaction, "messageId"u8) + ":" + JsonText.Of(reaction, "text"u8);
            case EventShape.Delete:
                return "delete";
            default:
                return Message(item, record);
        }
    }

    public static string Reaction(JsonElement target, JsonElement reaction)
    {
        JsonText.TryGet(target, "id"u8, out var id);
        return "reaction:" + JsonText.Identifier(id) + ":" + JsonText.Of(reaction, "text"u8);
    }

    private static string Receipt(JsonElement receipt)
    {
        var status = JsonText.TryGet(receipt, "playedTimestamp"u8, out _) ? "played" : JsonText.TryGet(receipt, "readTimestamp"u8, out _) ? "read" : "delivered";
        return "receipt:" + status + ":" + JsonText.Of(receipt, "userJid"u8);
    }

    // Ordinary content says nothing here: however often and in whatever dressing it comes, it is the one message.
    private static string Message(JsonElement item, JsonElement record)
    {
        if (!JsonText.TryGet(record, "message"u8, out var message))
        {
            if (JsonText.TryGet(record, "messageStubType"u8, out var stub) && StubTypes.Of(stub) is { } type) return "stub:" + type;
            return JsonText.TryGet(item, "body"u8, out _) ? "" : "empty";
        }
        if (message.ValueKind != JsonValueKind.Object) return "empty";
        var content = MessageContent.Of(message);
        JsonText.TryGet(content.TargetKey, "id"u8, out var target);
        return content.Control switch
        {
            EventKind.Reaction => "reaction:" + JsonText.Identifier(target) + ":" + content.Reaction,
            EventKind.Edit => "edit:" + JsonText.Identifier(target),
            EventKind.Revoke => "revoke:" + JsonText.Identifier(target),
            EventKind.PollVote => "vote:" + JsonText.Identifier(target),
            null when content.Type is null && JsonText.TryGet(record, "messageStubType"u8, out var stub) && StubTypes.Of(stub) is { } type => "stub:" + type,
            _ => content.IsEdited ? "edited" : "",
        };
    }

    private static string Raw(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "" : Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));
}
