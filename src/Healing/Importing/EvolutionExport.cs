using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Identity;

namespace Pipeline.Healing.Importing;

/// <summary>
/// Rows of Evolution API: <c>Message</c>, <c>Chat</c>, <c>Contact</c>, <c>IsOnWhatsapp</c> and <c>Instance</c> of its database, or the same as its REST API
/// answers it (<c>findMessages</c>, <c>findChats</c>, <c>findContacts</c>). What a row is, its fields say.
/// </summary>
internal static class EvolutionExport
{
    private static readonly string[] ChatFields = ["lastMessage", "unreadMessages", "unreadCount", "windowStart", "labels"];

    public static void Read(ExportItem item, SplitHistory history)
    {
        var row = item.Json;
        history.SawInstance(row.Text("instanceId"));
        if (row.Field("key") is { } key) Message(item, key, history);
        else if (row.Text("jidOptions") is { } options) KnownOnWhatsapp(item, options, history);
        else if (row.Text("ownerJid") is { } owner) Instance(owner, history);
        else if (row.Text("remoteJid") is { } jid) Entry(item, jid, history);
        else if (row.Text("lid") is not null) MessageRecords.Remember(history, MessageRecords.WahaEntry("lid-mapping.update", row, history.Own), item.Line);
        else history.CouldNotRead(new UnreadLine(item.Line, "neither a message, a chat, a contact nor an instance of Evolution"));
    }

    private static void Message(ExportItem item, JsonElement key, SplitHistory history)
    {
        if (key.ValueKind != JsonValueKind.String)
        {
            Count(item, item.Json, history, isCounted: true);
            return;
        }
        // A table dump that writes jsonb columns as text.
        try
        {
            var row = new JsonObject { ["key"] = JsonNode.Parse(key.GetString()!), ["messageTimestamp"] = item.Json.Text("messageTimestamp") };
            if (item.Json.Text("participant") is { } participant) row["participant"] = participant;
            using var rewritten = JsonDocument.Parse(Encoding.UTF8.GetBytes(row.ToJsonString()));
            Count(item, rewritten.RootElement, history, isCounted: true);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            history.CouldNotRead(new UnreadLine(item.Line, "a message whose key is no JSON"));
        }
    }

    private static void Count(ExportItem item, JsonElement record, SplitHistory history, bool isCounted)
    {
        var name = record.Field("key")?.Text("remoteJid")?.Trim();
        MessageRecords.Count(history, MessageRecords.Evolution(record, history.Own), WaId.Parse(name), name, item.Line, record.Moment("messageTimestamp"), isCounted);
    }

    private static void Entry(ExportItem item, string jid, SplitHistory history)
    {
        var row = item.Json;
        var address = WaId.Parse(jid);
        if (address is null)
        {
            history.CouldNotRead(new UnreadLine(item.Line, "a remoteJid that is no address"));
            return;
        }
        history.Saw(address);
        var other = WaId.Parse(row.Text("remoteJidAlt")) ?? WaId.Parse(row.Text("lid"));
        history.Saw(other);
        history.Learn(address, other, new Statement(MappingGrade.Seed, null, "remoteJidAlt", item.Line));

        var isChat = item.List is "chats" or "chat" || (item.List is not ("contacts" or "contact") && Array.Exists(ChatFields, field => row.TryGetProperty(field, out _)));
        if (!isChat) history.Contacts++;
        else if (address.IsPerson) history.Chat(jid.Trim()).Add(address);
        if (isChat && row.Field("lastMessage") is { } last && last.Field("key") is not null) Count(item, last, history, isCounted: false);
    }

    private static void Instance(string owner, SplitHistory history)
    {
        history.SetAside++;
        history.SawOwn(WaId.Parse(owner));
    }

    // A row lists every spelling of one number, and the LID where it was the message's other address. Rows are found again by parts of
    // addresses, so strangers have been filed together: a row counts as long as it speaks of one number and one LID.
    private static void KnownOnWhatsapp(ExportItem item, string options, SplitHistory history)
    {
        WaId[] addresses = [.. options.Split(',').Append(item.Json.Text("remoteJid")).Select(WaId.Parse).OfType<WaId>().Where(address => address.IsPerson)];
        foreach (var address in addresses) history.Saw(address);
        var lids = addresses.Where(address => address.Lid is not null).DistinctBy(address => address.Lid).ToArray();
        var phones = addresses.Where(address => address.Phone is not null).ToArray();
        if (lids.Length == 0 || phones.Length == 0)
        {
            history.SetAside++;
            return;
        }
        var number = WaId.Parse(item.Json.Text("remoteJid")) is { Phone: not null } registered ? registered : phones[0];
        if (lids.Length == 1 && Array.TrueForAll(phones, phone => NumberSpelling.MayBeOne(number.User, phone.User)))
            history.Learn(lids[0], number, new Statement(MappingGrade.Seed, item.Json.Moment("updatedAt"), "jidOptions", item.Line));
        else
            history.CouldNotRead(new UnreadLine(item.Line, "jidOptions with several numbers or LIDs, which are not one person for certain"));
    }
}
