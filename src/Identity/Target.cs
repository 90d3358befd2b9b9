using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>Which message a reaction, edit, revoke or vote is about, and whose that was.</summary>
internal static class Target
{
    /// <summary>Fills in the target of an event that came as a message of its own.</summary>
    public static ReadEvent Of(ReadEvent read, MessageKey key, JsonElement targetKey, Parties parties, Findings findings)
    {
        if (targetKey.ValueKind != JsonValueKind.Object)
        {
            // A revoked record in place of its content: it is itself the target.
            return read.Kind == EventKind.Revoke ? read with { TargetId = key.Id, TargetFromMe = parties.FromMe, TargetAuthor = GroupAuthor(key, parties.Author) } : read;
        }
        JsonText.TryGet(targetKey, "id"u8, out var id);
        var targetId = JsonText.Identifier(id);
        var author = WriterOf(targetKey, findings);
        bool? fromMe = read.Kind switch
        {
            // Only one's own messages can be edited, and outside groups only one's own revoked. The key says so from the sender's side, which is of no use here.
            EventKind.Edit => parties.FromMe,
            EventKind.Revoke when key.Chat!.Kind != WaIdKind.Group || author is null => parties.FromMe,
            _ when author is not null => author.IsBusiness,
            EventKind.Revoke => parties.FromMe,
            _ => StatedFromMe(targetKey, key, targetId, parties),
        };
        if (key.Chat!.Kind == WaIdKind.Group && read.Kind is EventKind.Edit or EventKind.Revoke) author ??= parties.Author;
        return read with { TargetId = targetId, TargetFromMe = fromMe, TargetAuthor = key.Chat.Kind == WaIdKind.Group ? author : null };
    }

    private static PartyEvidence? GroupAuthor(MessageKey key, PartyEvidence? author) => key.Chat!.Kind == WaIdKind.Group ? author : null;

    /// <summary>The author of the target, as its key's participant.</summary>
    public static PartyEvidence? WriterOf(JsonElement targetKey, Findings findings)
    {
        if (WaId.Parse(JsonText.Filled(targetKey, "participant"u8)) is not { IsPerson: true } participant) return null;
        var isBusiness = findings.Own.Contains(participant);
        var writer = Parties.Person(participant, "participant", [], AlternateOwner.None, isBusiness, findings);
        return isBusiness ? Parties.Completed(writer, findings.Own) : writer;
    }

    // Producers rewrite the target's key to the business's side, but the older ones fail to see that a LID is the business and then say “not from me” of
    // everything. There, ids of the form that linked devices and libraries make are the business's.
    private static bool? StatedFromMe(JsonElement targetKey, MessageKey key, string? targetId, Parties parties)
    {
        JsonText.TryGet(targetKey, "fromMe"u8, out var stated);
        if (JsonText.IsTrue(stated)) return true;
        if (key.Chat!.Kind != WaIdKind.Lid || key.IsModern || parties.FromMe) return stated.ValueKind == JsonValueKind.Undefined ? null : false;
        return targetId is not null && (targetId.StartsWith("3EB0", StringComparison.Ordinal) || targetId.StartsWith("BAE5", StringComparison.Ordinal)) ? true : null;
    }
}
