using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>Reads what a session knows about people beside their messages: contacts, chats, mappings, presence.</summary>
internal static class DirectoryReader
{
    /// <summary>An address-book entry. The id may be a phone, a LID or a group; the fields beside it hold the other address.</summary>
    public static ReadEvent Contact(RawItem item, JsonElement root)
    {
        var findings = new Findings(item.Own, MappingGrade.Seed);
        var key = new MessageKey();
        var id = WaId.Parse(JsonText.Filled(root, "id"u8) ?? JsonText.Filled(root, "remoteJid"u8));
        key.Add(FieldValue.Address(JsonText.Filled(root, "lid"u8), FieldValue.Names.Lid), "contact.lid", AlternateOwner.Sender);
        key.Add(FieldValue.Address(JsonText.Filled(root, "jid"u8), FieldValue.Names.Phone), "contact.jid", AlternateOwner.Sender);
        key.Add(FieldValue.Address(JsonText.Filled(root, "phoneNumber"u8), FieldValue.Names.Phone), "contact.phoneNumber", AlternateOwner.Sender);
        key.Add(FieldValue.Address(JsonText.Filled(root, "remoteJidAlt"u8), FieldValue.Names.Address), "contact.remoteJidAlt", AlternateOwner.Sender);
        var read = Described(EventKind.Contact, id, "contact.id", key, findings);
        return read with
        {
            ContactName = JsonText.Filled(root, "name"u8) ?? JsonText.Filled(root, "verifiedName"u8),
            Names = read.GroupId is not null
                ? KnownName.These(KnownName.OfGroup(read.GroupId, JsonText.Filled(root, "subject"u8) ?? JsonText.Filled(root, "name"u8)))
                : KnownName.These(
                    KnownName.OfPerson(KnownNameKind.Contact, read.Contact, JsonText.Filled(root, "name"u8)),
                    KnownName.OfPerson(
                        KnownNameKind.Verified, read.Contact,
                        JsonText.Filled(root, "verifiedName"u8) ?? JsonText.Filled(root, "verifiedBizName"u8))),
            PushName = read.Contact is { IsBusiness: true } ? null : JsonText.Filled(root, "notify"u8) ?? JsonText.Filled(root, "pushName"u8),
        };
    }

    /// <summary>A chat's metadata. The business's own LID in it is not the chat's.</summary>
    public static ReadEvent Chat(RawItem item, JsonElement root)
    {
        var findings = new Findings(item.Own, MappingGrade.Seed);
        var key = new MessageKey();
        var id = WaId.Parse(JsonText.Filled(root, "id"u8) ?? JsonText.Filled(root, "remoteJid"u8));
        key.Add(FieldValue.Address(JsonText.Filled(root, "pnJid"u8), FieldValue.Names.Phone), "chat.pnJid", AlternateOwner.Sender);
        key.Add(FieldValue.Address(JsonText.Filled(root, "lidJid"u8), FieldValue.Names.Lid), "chat.lidJid", AlternateOwner.Sender);
        LearnFromCopies(item, root, findings);
        var read = Described(EventKind.Chat, id, "chat.id", key, findings);
        // The title of a chat with a person may be any of its names; only a group's is known to be its subject.
        return read with
        {
            ContactName = JsonText.Filled(root, "name"u8),
            Names = KnownName.These(KnownName.OfGroup(read.GroupId, JsonText.Filled(root, "subject"u8) ?? JsonText.Filled(root, "name"u8))),
        };
    }

    // A chat's update holds a copy of the message that caused it, key and alternates included.
    private static void LearnFromCopies(RawItem item, JsonElement root, Findings findings)
    {
        if (!JsonText.TryGet(root, "messages"u8, out var copies) || copies.ValueKind != JsonValueKind.Array) return;
        var grade = EventShapes.Of(item.Source, item.EventType) == EventShape.History ? MappingGrade.Seed : MappingGrade.Strong;
        foreach (var copy in copies.EnumerateArray())
        {
            if (!JsonText.TryGet(copy, "message"u8, out var record) || !JsonText.TryGet(record, "key"u8, out _)) continue;
            var key = RecordFields.Of(record).Key;
            if (key.Fault is not null) continue;
            var learned = new Findings(item.Own, grade);
            Parties.Of(key, learned);
            findings.Adopt(learned);
        }
    }

    /// <summary>A LID beside its phone, in whichever field either stands.</summary>
    public static ReadEvent Mapping(RawItem item, JsonElement root, MappingGrade grade)
    {
        var findings = new Findings(item.Own, grade);
        var lid = FieldValue.Address(JsonText.Filled(root, "lid"u8) ?? JsonText.Filled(root, "lidJid"u8), FieldValue.Names.Lid);
        var phone = FieldValue.Address(
            JsonText.Filled(root, "pn"u8) ?? JsonText.Filled(root, "jid"u8) ?? JsonText.Filled(root, "phoneNumber"u8) ?? JsonText.Filled(root, "pnJid"u8), FieldValue.Names.Phone);
        findings.LearnSideBySide(lid, phone, grade == MappingGrade.Strong ? "lid-mapping" : "lidPnMappings");
        return new ReadEvent { Kind = EventKind.Mapping, Pairs = findings.Pairs, Notes = findings.Notes, Fault = findings.Fault };
    }

    /// <summary>An own message of a history, for whom it was delivered to.</summary>
    public static ReadEvent Receipt(RawItem item, JsonElement root)
    {
        var findings = new Findings(item.Own, MappingGrade.Seed);
        if (RecordFields.Receiver(root) is { } pair) findings.LearnSideBySide(pair.Chat, pair.Receiver, "userReceipt");
        JsonText.TryGet(root, "messageTimestamp"u8, out var time);
        return new ReadEvent { Kind = EventKind.Mapping, Pairs = findings.Pairs, Notes = findings.Notes, SentAt = Timestamps.Of(time) };
    }

    /// <summary>Somebody's presence: of no consequence, and no evidence.</summary>
    public static ReadEvent Presence(JsonElement root)
    {
        var id = WaId.Parse(JsonText.Filled(root, "id"u8));
        return new ReadEvent { Kind = EventKind.Presence, ChatKind = id?.Kind ?? WaIdKind.Unknown, ChatAddress = id?.Address };
    }

    private static ReadEvent Described(EventKind kind, WaId? id, string field, MessageKey key, Findings findings)
    {
        var isPerson = id is null || id.IsPerson;
        var person = isPerson && (id is not null || !key.Alternates.IsEmpty)
            ? Parties.Person(id, field, key.Alternates, AlternateOwner.Sender, IsOwn(id, key, findings.Own), findings)
            : null;
        return new ReadEvent
        {
            Kind = kind,
            ChatKind = id?.Kind ?? WaIdKind.Unknown,
            ChatAddress = id?.Address,
            GroupId = id?.Kind == WaIdKind.Group ? id.User : null,
            Contact = person,
            Pairs = findings.Pairs,
            Notes = findings.Notes,
            Fault = findings.Fault,
        };
    }

    private static bool IsOwn(WaId? id, MessageKey key, OwnAddresses own)
    {
        if (id is not null) return own.Contains(id);
        foreach (var alternate in key.Alternates)
        {
            if (own.Contains(alternate.Id)) return true;
        }
        return false;
    }
}
