using System.Text.Json;
using Pipeline.Identity;

namespace Pipeline.Healing.Importing;

/// <summary>
/// Contacts (CSV or JSON) and conversations of Chatwoot. Chatwoot merges contacts, so each contact is what may have to be merged into
/// another. Bridges write the WhatsApp address into <c>identifier</c>, into the <c>source_id</c> of an inbox, or into attributes of their own.
/// </summary>
internal static class ChatwootExport
{
    // What WAHA's bridge fills in.
    private static readonly string[] AddressAttributes = ["waha_whatsapp_jid", "waha_whatsapp_lid", "waha_whatsapp_chat_id"];

    public static void Read(ExportItem item, SplitHistory history)
    {
        var json = item.Json;
        if (json.Field("meta")?.Field("sender") is { } sender) Conversation(item, sender, history);
        else if (json.TryGetProperty("message_type", out _)) Message(item, history);
        else if (IsContact(json)) Contact(item, json, history, isRow: true);
        else history.CouldNotRead(new UnreadLine(item.Line, "neither a contact, a conversation nor a message of Chatwoot"));
    }

    /// <summary>Reads a row of the CSV that Chatwoot sends by mail.</summary>
    public static void Read(CsvRow row, SplitHistory history)
    {
        if (row["id"] is not { } id)
        {
            history.CouldNotRead(new UnreadLine(row.Line, "a contact without id"));
            return;
        }
        history.Contacts++;
        List<string?> stated = [row["identifier"], row["source_id"], .. AddressAttributes.Select(name => row[name] ?? row["custom_attributes." + name])];
        Contact(row.Line, id, row["phone_number"], stated, row["last_activity_at"], history);
    }

    private static bool IsContact(JsonElement json) =>
        json.Field("id") is not null && (json.TryGetProperty("phone_number", out _) || json.TryGetProperty("identifier", out _) || json.TryGetProperty("contact_inboxes", out _));

    // The contact of a conversation is counted where it has a row of its own.
    private static ExportedChat? Contact(ExportItem item, JsonElement json, SplitHistory history, bool isRow)
    {
        if (json.Text("id") is not { } id)
        {
            history.CouldNotRead(new UnreadLine(item.Line, "a contact without id"));
            return null;
        }
        var addresses = new List<string?> { json.Text("identifier"), json.Text("source_id") };
        if (json.Field("custom_attributes") is { } attributes) addresses.AddRange(AddressAttributes.Select(name => attributes.Text(name)));
        if (json.Field("contact_inboxes") is { ValueKind: JsonValueKind.Array } inboxes) addresses.AddRange(inboxes.EnumerateArray().Select(inbox => inbox.Text("source_id")));
        if (isRow) history.Contacts++;
        return Contact(item.Line, id, json.Text("phone_number"), addresses, json.Text("last_activity_at"), history);
    }

    private static ExportedChat? Contact(long line, string id, string? phoneNumber, List<string?> stated, string? lastActivity, SplitHistory history)
    {
        // Only what names a server is an address: the digits of a source_id may be a phone or a LID.
        WaId[] addresses = [.. stated.Where(text => text?.Contains('@') == true).Select(WaId.Parse).OfType<WaId>()];
        foreach (var address in addresses) history.Saw(address);
        if (Array.Exists(addresses, address => address.Kind == WaIdKind.Group)) return null;

        var contact = history.Chat("contact:" + id);
        foreach (var address in addresses.Where(address => address.IsPerson)) contact.Add(address);
        var phone = phoneNumber is null ? null : WaId.Parse(phoneNumber.Trim() + "@s.whatsapp.net");
        if (phoneNumber is not null && phone is null) history.CouldNotRead(new UnreadLine(line, "a phone_number that is no number"));
        if (phone is { IsPerson: true }) contact.Add(phone);
        contact.Heard(Fields.Moment(lastActivity));

        var lid = Array.Find(addresses, address => address.Lid is not null);
        foreach (var address in addresses.Append(phone).OfType<WaId>().Where(address => address.Phone is not null && address.User != lid?.User))
            history.Learn(lid, address, new Statement(MappingGrade.Seed, null, ReferenceEquals(address, phone) ? "phone_number" : "identifier", line));
        return contact;
    }

    private static void Conversation(ExportItem item, JsonElement sender, SplitHistory history)
    {
        var json = item.Json;
        if (sender.Text("id") is null)
        {
            history.CouldNotRead(new UnreadLine(item.Line, "a conversation without its contact"));
            return;
        }
        var contact = Contact(item, sender, history, isRow: false);
        if (contact is null) return;
        if (json.Field("contact_inbox")?.Text("source_id") is { } source && WaId.Parse(source) is { IsPerson: true } address)
        {
            history.Saw(address);
            contact.Add(address);
        }
        contact.Heard(json.Moment("last_activity_at") ?? json.Moment("timestamp"));
        if (json.Field("messages") is not { ValueKind: JsonValueKind.Array } messages) return;
        foreach (var message in messages.EnumerateArray())
        {
            history.Messages++;
            contact.Count(message.Moment("created_at"));
        }
    }

    // A message names its conversation by a number that nothing else tells the contact of; its sender does, when that is the customer.
    private static void Message(ExportItem item, SplitHistory history)
    {
        history.Messages++;
        if (item.Json.Field("sender") is { } sender && sender.Text("type") is "contact" && sender.Text("id") is { } id)
            history.Chat("contact:" + id).Count(item.Json.Moment("created_at"));
    }
}
