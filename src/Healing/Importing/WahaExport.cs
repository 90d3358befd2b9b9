using System.Text.Json;
using Pipeline.Identity;

namespace Pipeline.Healing.Importing;

/// <summary>
/// What WAHA's API answers: <c>/chats</c>, <c>/chats/overview</c>, <c>/chats/{id}/messages</c>, <c>/contacts/all</c> and <c>/lids</c>. What an item is,
/// its fields say.
/// </summary>
internal static class WahaExport
{
    public static void Read(ExportItem item, SplitHistory history)
    {
        var json = item.Json;
        history.SawInstance(json.Text("session"));
        if (json.Field("_chat") is not null || json.Field("lastMessage") is { ValueKind: JsonValueKind.Object }) Chat(item, history);
        else if (json.Field("fromMe") is not null || json.Field("from") is not null || json.Field("_data") is not null) Message(item, json, history, null);
        else if (json.Field("lid") is not null && json.TryGetProperty("pn", out _)) Mapping(item, history);
        else if (item.List is "contacts" or "contact" || IsContact(json)) Contact(item, history);
        else if (json.Address("id") is not null) Chat(item, history);
        else if (json.TryGetProperty("pn", out _)) history.SetAside++;
        else history.CouldNotRead(new UnreadLine(item.Line, "neither a message, a chat, a contact nor a LID of WAHA"));
    }

    private static bool IsContact(JsonElement json) =>
        json.TryGetProperty("pushname", out _) || json.TryGetProperty("isMe", out _) || json.TryGetProperty("notify", out _) || json.TryGetProperty("number", out _);

    // WAHA writes c.us in some places and s.whatsapp.net in others for one chat: here that is one name.
    private static void Message(ExportItem item, JsonElement message, SplitHistory history, string? ofChat)
    {
        var read = MessageRecords.Waha(message, history.Own);
        var chat = WaId.Parse(ofChat ?? read.ChatAddress)
            ?? WaId.Parse(message.Address(message.Field("fromMe") is { ValueKind: JsonValueKind.True } ? "to" : "from"));
        MessageRecords.Count(history, read, chat, chat?.Address, item.Line, message.Moment("timestamp"), isCounted: ofChat is null);
    }

    private static void Chat(ExportItem item, SplitHistory history)
    {
        var json = item.Json;
        if (WaId.Parse(json.Address("id")) is not { } address)
        {
            history.CouldNotRead(new UnreadLine(item.Line, "a chat whose id is no address"));
            return;
        }
        history.Saw(address);
        if (address.IsPerson)
        {
            var chat = history.Chat(address.Address);
            chat.Add(address);
            chat.Heard(json.Moment("conversationTimestamp") ?? json.Moment("timestamp"));
        }
        else if (address.Kind != WaIdKind.Group)
        {
            history.SetAside++;
        }
        var engine = json.Field("_chat") is { ValueKind: JsonValueKind.Object } raw ? raw : json;
        if (engine.Field("id") is { ValueKind: JsonValueKind.String })
            MessageRecords.Remember(history, MessageRecords.WahaEntry("chats.upsert", engine, history.Own), item.Line);
        if (json.Field("lastMessage") is { ValueKind: JsonValueKind.Object } last) Message(item, last, history, address.Address);
    }

    private static void Contact(ExportItem item, SplitHistory history)
    {
        var json = item.Json;
        if (WaId.Parse(json.Address("id")) is not { } address)
        {
            history.CouldNotRead(new UnreadLine(item.Line, "a contact whose id is no address"));
            return;
        }
        history.Contacts++;
        history.Saw(address);
        if (json.Field("isMe") is { ValueKind: JsonValueKind.True }) history.SawOwn(address);
        // `number` is the digits of the id, whatever they are, and says nothing.
        else if (json.Field("id") is { ValueKind: JsonValueKind.String })
            MessageRecords.Remember(history, MessageRecords.WahaEntry("contacts.upsert", json, history.Own), item.Line);
    }

    private static void Mapping(ExportItem item, SplitHistory history)
    {
        history.Contacts++;
        var read = MessageRecords.WahaEntry("lid-mapping.update", item.Json, history.Own);
        if (Lid.TryParse(item.Json.Text("lid"), out var lid)) history.Saw(WaId.Parse(lid.Address));
        MessageRecords.Remember(history, read, item.Line);
    }
}
