using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>Reads what is said about groups: rosters are bulk observations, a rich source of pairs and weak evidence.</summary>
internal static class GroupReader
{
    /// <summary>A group's metadata. Its author made the group and is no author of anything here.</summary>
    public static ReadEvent Metadata(RawItem item, JsonElement root)
    {
        var findings = new Findings(item.Own, MappingGrade.Seed);
        LearnRoster(root, findings);
        LearnBeside(root, "owner"u8, "ownerPn"u8, "ownerJid"u8, "group.owner", findings);
        LearnBeside(root, "subjectOwner"u8, "subjectOwnerPn"u8, "subjectOwnerJid"u8, "group.subjectOwner", findings);
        LearnBeside(root, "descOwner"u8, "descOwnerPn"u8, "descOwnerJid"u8, "group.descOwner", findings);
        LearnBeside(root, "author"u8, "authorPn"u8, "authorJid"u8, "group.author", findings);
        return Happened(root, null, findings) with { Type = "group", ContactName = JsonText.Filled(root, "subject"u8) };
    }

    /// <summary>WAHA's account of a group, beside which it says when.</summary>
    public static ReadEvent WahaMetadata(RawItem item, JsonElement payload)
    {
        if (!JsonText.TryGet(payload, "group"u8, out var group) || group.ValueKind != JsonValueKind.Object) return new ReadEvent();
        JsonText.TryGet(payload, "timestamp"u8, out var time);
        var read = Metadata(item, group);
        return read with { SentAt = read.SentAt ?? Timestamps.Of(time) };
    }

    /// <summary>Members added, removed, promoted, demoted or asking to join: the author did it.</summary>
    public static ReadEvent Participants(RawItem item, JsonElement root)
    {
        var findings = new Findings(item.Own, MappingGrade.Seed);
        var key = new MessageKey();

        var author = WaId.Parse(JsonText.Filled(root, "author"u8));
        if (author is null && root.TryGetProperty("groupId"u8, out _))
        {
            // A member's tag is set by the member.
            author = WaId.Parse(JsonText.Filled(root, "participant"u8));
            key.Add(FieldValue.Address(JsonText.Filled(root, "participantAlt"u8), FieldValue.Names.Address), "participantAlt", AlternateOwner.Sender);
        }
        key.Add(FieldValue.Address(JsonText.Filled(root, "authorPn"u8), FieldValue.Names.Phone), "authorPn", AlternateOwner.Sender);
        LearnRoster(root, findings);
        LearnBeside(root, "participant"u8, "participantPn"u8, "participantAlt"u8, "group.participant", findings);
        var person = author is { IsPerson: true } ? Parties.Person(author, "author", key.Alternates, AlternateOwner.Sender, item.Own.Contains(author), findings) : null;
        return Happened(root, person, findings) with { Type = JsonText.Filled(root, "action"u8) is { } action ? "group_" + action : "group" };
    }

    /// <summary>A member of a roster: its addresses, under the names of any generation. A member with two LIDs or two phones contradicts itself and teaches nothing.</summary>
    public static void LearnMember(JsonElement member, string field, Findings findings)
    {
        WaId? lid = null, phone = null;
        var agrees = Take(WaId.Parse(JsonText.Filled(member, "id"u8)))
            && Take(FieldValue.Address(JsonText.Filled(member, "jid"u8), FieldValue.Names.Phone))
            && Take(FieldValue.Address(JsonText.Filled(member, "phoneNumber"u8), FieldValue.Names.Phone))
            && Take(FieldValue.Address(JsonText.Filled(member, "pn"u8), FieldValue.Names.Phone))
            && Take(FieldValue.Address(JsonText.Filled(member, "lid"u8), FieldValue.Names.Lid));
        if (agrees) findings.LearnSideBySide(lid, phone, field);
        else findings.Note(ReadNotes.IdentityConflict);

        bool Take(WaId? address)
        {
            if (address is { Kind: WaIdKind.Lid })
            {
                lid ??= address;
                return lid.Lid == address.Lid;
            }
            if (address is not { Kind: WaIdKind.User }) return true;
            phone ??= address;
            return phone.Phone == address.Phone;
        }
    }

    private static void LearnRoster(JsonElement root, Findings findings)
    {
        if (!JsonText.TryGet(root, "participants"u8, out var members) || members.ValueKind != JsonValueKind.Array) return;
        foreach (var member in members.EnumerateArray()) LearnMember(member, "group.participants", findings);
        if (!JsonText.TryGet(root, "participantsData"u8, out members) || members.ValueKind != JsonValueKind.Array) return;
        foreach (var member in members.EnumerateArray()) LearnMember(member, "group.participantsData", findings);
    }

    private static void LearnBeside(JsonElement root, ReadOnlySpan<byte> name, ReadOnlySpan<byte> other, ReadOnlySpan<byte> older, string field, Findings findings)
    {
        if (JsonText.Filled(root, name) is not { } text) return;
        findings.LearnSideBySide(WaId.Parse(text), FieldValue.Address(JsonText.Filled(root, other) ?? JsonText.Filled(root, older), FieldValue.Names.Phone), field);
    }

    private static ReadEvent Happened(JsonElement root, PartyEvidence? author, Findings findings)
    {
        JsonText.TryGet(root, "messageTimestamp"u8, out var time);
        var group = WaId.Parse(JsonText.Filled(root, "id"u8) ?? JsonText.Filled(root, "groupId"u8));
        // Some producers put the whole metadata beside what changed.
        JsonText.TryGet(root, "groupMetadata"u8, out var metadata);
        var subject = JsonText.Filled(root, "subject"u8) ?? JsonText.Filled(metadata, "subject"u8);
        return new ReadEvent
        {
            Kind = EventKind.System,
            ChatKind = group?.Kind ?? WaIdKind.Unknown,
            ChatAddress = group?.Address,
            GroupId = group?.Kind == WaIdKind.Group ? group.User : null,
            Author = author,
            FromMe = author?.IsBusiness ?? false,
            Names = group?.Kind == WaIdKind.Group ? KnownName.These(KnownName.OfGroup(group.User, subject)) : [],
            Pairs = findings.Pairs,
            Notes = findings.Notes,
            Fault = findings.Fault,
            SentAt = Timestamps.Of(time),
        };
    }
}
