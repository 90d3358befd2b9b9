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
        var caller = Parties.Person(from, "from", key.Alternates, AlternateOwner.Sender, isOwn, findings);
        var group = WaId.Parse(JsonText.Filled(root, "groupJid"u8));
        JsonText.TryGet(root, "id"u8, out var id);
        JsonText.TryGet(root, "date"u8, out var date);
        return new ReadEvent
        {
            Kind = EventKind.Call,
            ChatKind = group?.Kind ?? from.Kind,
            ChatAddress = (group ?? from).Address,
            GroupId = group?.Kind == WaIdKind.Group ? group.User : null,
            MessageId = JsonText.Identifier(id),
            FromMe = isOwn,
            Peer = group is null ? caller : null,
            Author = caller,
            Pairs = findings.Pairs,
            Notes = findings.Notes,
            Fault = findings.Fault,
            Type = JsonText.TryGet(root, "isVideo"u8, out var video) && JsonText.IsTrue(video) ? "video_call" : "voice_call",
            Status = JsonText.Filled(root, "status"u8),
            SentAt = Timestamps.Of(date),
        };
    }
}
