using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>From one event to the records it becomes: one per item of its lists, in an order in which earlier ones explain later ones.</summary>
public static class EventSplitter
{
    /// <summary>The part of an item that stood in a bare array.</summary>
    public const string ItemPart = "item";

    /// <summary>The part of a history's message that is there for its receipt: whom WhatsApp delivered it to.</summary>
    public const string ReceiptPart = "userReceipt";

    /// <summary>
    /// Splits an event. For <c>evolution</c> and <c>waha</c>, <paramref name="data"/> is the whole webhook body; the envelope, which carries a secret, is
    /// left behind; only WAHA's change of a session is kept whole, because its envelope says whose session it is, and that one has no secret. Pairs, chats and contacts of a history come before its messages, because they name the people in it. An item that is no
    /// object is still a part, so that it is seen to be bad and not lost; a <c>messages</c> that is no array makes the whole event one part. An event whose lists
    /// are empty has no parts.
    /// </summary>
    public static IReadOnlyList<EventPart> Split(string source, string eventType, JsonElement data)
    {
        try
        {
            return Parts(source, eventType, data);
        }
        catch (InvalidOperationException)
        {
            // The document refuses property names that are no Unicode text. Reading the whole then says what is wrong with it.
            return [Of(data, "", "", 0)];
        }
    }

    private static List<EventPart> Parts(string source, string eventType, JsonElement data)
    {
        var parts = new List<EventPart>();
        var shape = EventShapes.Of(source, eventType);
        if (source == EventShapes.Evolution && JsonText.TryGet(data, "data"u8, out var inner))
            SplitInner(parts, shape, inner, "data");
        else if (source == EventShapes.Waha && shape != EventShape.Connection && JsonText.TryGet(data, "payload"u8, out inner))
            SplitInner(parts, shape, inner, "payload");
        else
            SplitBaileys(parts, shape, data);
        return parts;
    }

    private static void SplitInner(List<EventPart> parts, EventShape shape, JsonElement data, string part)
    {
        if (data.ValueKind == JsonValueKind.Array)
            Items(parts, data, shape == EventShape.History ? "messages" : part, "");
        else if (shape is EventShape.Message or EventShape.History && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("messages"u8, out _))
            SplitBaileys(parts, shape, data);
        else
            parts.Add(Of(data, part, "", 0));
    }

    private static void SplitBaileys(List<EventPart> parts, EventShape shape, JsonElement data)
    {
        switch (shape)
        {
            case EventShape.Message:
                if (JsonText.TryGet(data, "messages"u8, out var messages) && messages.ValueKind == JsonValueKind.Array)
                    Items(parts, messages, "messages", DeliveryOf(data));
                else
                    parts.Add(Of(data, "", DeliveryOf(data), 0));
                break;
            case EventShape.History:
                SplitHistory(parts, data);
                break;
            case EventShape.Delete when JsonText.TryGet(data, "keys"u8, out var keys) && keys.ValueKind == JsonValueKind.Array:
                Items(parts, keys, "keys", "");
                break;
            default:
                if (data.ValueKind == JsonValueKind.Array && shape != EventShape.Unknown) Items(parts, data, ItemPart, "");
                else parts.Add(Of(data, "", "", 0));
                break;
        }
    }

    private static void SplitHistory(List<EventPart> parts, JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object || (data.TryGetProperty("messages"u8, out var messages) && messages.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null)))
        {
            parts.Add(Of(data, "", "", 0));
            return;
        }
        List(parts, data, "lidPnMappings"u8, "lidPnMappings");
        List(parts, data, "phoneNumberToLidMappings"u8, "lidPnMappings");
        List(parts, data, "chats"u8, "chats");
        List(parts, data, "contacts"u8, "contacts");
        Receipts(parts, data);
        List(parts, data, "messages"u8, "messages");
    }

    // The library's list of pairs gets lost on the way to its listeners. What it reads a phone from when a chat states none does not: whom WhatsApp
    // names as the receiver of the business's own messages. One message of each such chat goes ahead of the messages for it.
    private static void Receipts(List<EventPart> parts, JsonElement data)
    {
        if (!JsonText.TryGet(data, "messages"u8, out var messages) || messages.ValueKind != JsonValueKind.Array) return;
        HashSet<string>? chats = null;
        var index = -1;
        foreach (var message in messages.EnumerateArray())
        {
            index++;
            if (!JsonText.TryGet(message, "userReceipt"u8, out _) || RecordFields.Receiver(message) is not { } pair) continue;
            chats ??= [];
            if (chats.Add(pair.Chat.Address)) parts.Add(Of(message, ReceiptPart, "", index));
        }
    }

    private static void List(List<EventPart> parts, JsonElement data, ReadOnlySpan<byte> name, string part)
    {
        if (!JsonText.TryGet(data, name, out var list)) return;
        if (list.ValueKind == JsonValueKind.Array) Items(parts, list, part, "");
        else parts.Add(Of(list, part, "", 0));
    }

    private static void Items(List<EventPart> parts, JsonElement array, string part, string delivery)
    {
        var index = 0;
        foreach (var item in array.EnumerateArray()) parts.Add(Of(item, part, delivery, index++));
    }

    private static EventPart Of(JsonElement item, string part, string delivery, int index) =>
        new(part, delivery, index, JsonMarshal.GetRawUtf8Value(item).ToArray()) { Element = item };

    private static string DeliveryOf(JsonElement data)
    {
        if (!JsonText.TryGet(data, "type"u8, out var type) || type.ValueKind != JsonValueKind.String) return "";
        return JsonText.Is(type, "notify"u8) ? "notify" : JsonText.Is(type, "append"u8) ? "append" : "";
    }
}
