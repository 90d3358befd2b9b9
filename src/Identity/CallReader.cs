using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>Reads a call: an offer carries the caller's phone beside the LID in newer releases.</summary>
internal static class CallReader
{
    public static ReadEvent Read(RawItem item, JsonElement root)
    {
        var from = WaId.Parse(JsonText.Filled(root, "from"u8) ?? JsonText.Filled(root, "chatId"u8));
        if (from is not { IsPerson: true }) return EventReader.Failed(from is null ? Faults.InvalidJid : Faults.UnknownServer);

        var findings = new Findings(item.Own, MappingGrade.Strong);
        var key = new MessageKey { Chat = from };
        key.Add(FieldValue.Address(JsonText.Filled(root, "callerPn"u8), FieldValue.Names.Phone), "callerPn", AlternateOwner.Sender);
        key.Add(FieldValue.Address(JsonText.Filled(root, "callerLid"u8), FieldValue.Names.Lid), "callerLid", AlternateOwner.Sender);
        var isOwn = item.Own.Contains(from);
        if (!isOwn && !IsOfGroup(root) && WaId.Parse(JsonText.Filled(root, "chatId"u8)) is { IsPerson: true } chat && chat.Kind != from.Kind)
            key.Add(chat, "chatId", AlternateOwner.Sender);
        var caller = Parties.Person(from, "from", key.Alternates, AlternateOwner.Sender, isOwn, findings);

        if (isOwn) caller = Parties.Completed(caller, item.Own);

        // Of a call that the business made, the creator is the business and the chat is whom it called.
        var called = isOwn ? WaId.Parse(JsonText.Filled(root, "chatId"u8)) : null;
        if (called is not { IsPerson: true } || item.Own.Contains(called)) called = null;
        var peer = called is null ? caller : Parties.Person(called, "chatId", [], AlternateOwner.None, false, findings);
        var group = WaId.Parse(JsonText.Filled(root, "groupJid"u8));
        JsonText.TryGet(root, "id"u8, out var id);
        if (!JsonText.TryGet(root, "date"u8, out var date)) JsonText.TryGet(root, "timestamp"u8, out date);
        return new ReadEvent
        {
            Kind = EventKind.Call,
            ChatKind = (group ?? called ?? from).Kind,
            ChatAddress = (group ?? called ?? from).Address,
            GroupId = group?.Kind == WaIdKind.Group ? group.User : null,
            MessageId = JsonText.Identifier(id),
            FromMe = isOwn,
            Peer = group is null ? peer : null,
            Author = caller,
            Pairs = findings.Pairs,
            Notes = findings.Notes,
            Fault = findings.Fault,
            Type = JsonText.TryGet(root, "isVideo"u8, out var video) && JsonText.IsTrue(video) ? "video_call" : "voice_call",
            Status = JsonText.Filled(root, "status"u8),
            SentAt = Timestamps.Of(date),
        };
    }

    // Only the offer says for certain that a call is not a group's; then whoever calls is the chat.
    private static bool IsOfGroup(JsonElement root) =>
        JsonText.Filled(root, "status"u8) is not "offer" || JsonText.Filled(root, "groupJid"u8) is not null || (JsonText.TryGet(root, "isGroup"u8, out var group) && JsonText.IsTrue(group));
}
