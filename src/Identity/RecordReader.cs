using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>Reads a message record: key, content, or stub in place of content.</summary>
internal static class RecordReader
{
    public static ReadEvent Read(RawItem item, JsonElement record, MappingGrade grade)
    {
        var fields = RecordFields.Of(record);
        return Read(fields, item.Own, grade);
    }

    public static ReadEvent Read(in RecordFields fields, OwnAddresses own, MappingGrade grade)
    {
        var key = fields.Key;
        if (key.Fault is not null and not Faults.InvalidPhone) return EventReader.Failed(key.Fault);

        var findings = new Findings(own, grade);
        var parties = Parties.Of(key, findings);
        if (key.Fault is null) return Compose(fields, parties, findings);

        // A phone address that can not be a phone, unless its digits turn out to be a LID: then only the server was wrong.
        findings.Note(ReadNotes.SuffixConflict);
        return EventReader.Failed(key.Fault) with
        {
            Notes = ReadNotes.SuffixConflict,
            Unbelieved = key.Chat is { } chat && Lid.IsWellFormed(chat.User) ? Compose(fields, parties, findings) : null,
        };
    }

    private static ReadEvent Compose(in RecordFields fields, Parties parties, Findings findings)
    {
        var key = fields.Key;
        var chat = key.Chat!;
        var content = default(MessageContent);
        EventKind kind;
        switch (fields.Message.ValueKind)
        {
            case JsonValueKind.Object:
                content = MessageContent.Of(fields.Message);
                kind = content.Control ?? (content.Type is null ? KindOf(chat, fields.Stub) : KindOf(chat));
                if (content.TooManyWrappers) findings.Note(ReadNotes.TooManyWrappers);
                break;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                content = fields.Plain;
                kind = KindOf(chat, fields.Stub);
                break;
            default:
                kind = EventKind.Error;
                break;
        }
        if (fields.Stub is not null) LearnFromStub(fields.StubParameters, findings);
        if (kind == EventKind.Error) findings.Fail(Faults.InvalidType);
        else if (parties.Author is null && chat.Kind is WaIdKind.Group or WaIdKind.Status or WaIdKind.Broadcast && kind != EventKind.System)
            findings.Fail(Faults.MissingParticipant);

        var context = content.Context.ValueKind == JsonValueKind.Object ? content.Context : fields.Context;
        var read = new ReadEvent
        {
            Kind = kind,
            ChatKind = chat.Kind,
            ChatAddress = chat.Address,
            GroupId = chat.Kind == WaIdKind.Group ? chat.User : null,
            MessageId = key.Id,
            FromMe = parties.FromMe,
            Peer = parties.Peer,
            Author = parties.Author,
            Pairs = findings.Pairs,
            PushName = parties.FromMe ? null : fields.PushName,
            Names = NamesIn(fields, chat, parties),
            Type = content.Type ?? TypeOfStub(fields.Stub, kind),
            Text = content.Text,
            Status = DeliveryStatus.Of(fields.Status),
            SentAt = Timestamps.Of(fields.Timestamp),
            Reaction = content.Reaction,
            Hint = kind == EventKind.Direct && context.ValueKind == JsonValueKind.Object ? QuotedAuthor.Hint(context, chat, parties, findings.Own) : null,
            Notes = findings.Notes,
            Fault = kind == EventKind.Error ? Faults.InvalidType : findings.Fault,
        };
        return kind is EventKind.Reaction or EventKind.Edit or EventKind.Revoke or EventKind.PollVote ? Target.Of(read, key, content.TargetKey, parties, findings) : read;
    }

    /// <summary>The kind of an ordinary message, which its chat decides.</summary>
    public static EventKind KindOf(WaId chat) => chat.Kind switch
    {
        WaIdKind.User or WaIdKind.Lid => EventKind.Direct,
        WaIdKind.Group => EventKind.Group,
        WaIdKind.Status => EventKind.Status,
        WaIdKind.Broadcast => EventKind.Broadcast,
        WaIdKind.Newsletter => EventKind.Newsletter,
        WaIdKind.Bot => EventKind.Bot,
        _ => EventKind.Unknown,
    };

    // Without content the stub says what it is. An empty message is no content.
    private static EventKind KindOf(WaId chat, string? stub) => stub switch
    {
        null => KindOf(chat),
        StubTypes.Ciphertext => EventKind.Undecryptable,
        StubTypes.Revoke or StubTypes.AdminRevoke => EventKind.Revoke,
        _ => EventKind.System,
    };

    private static string? TypeOfStub(string? stub, EventKind kind) => kind == EventKind.System && stub is not null ? stub.ToLowerInvariant() : null;

    // The subject of a group also changes by a record without content.
    private static IReadOnlyList<KnownName> NamesIn(in RecordFields fields, WaId chat, Parties parties) => KnownName.These(
        KnownName.OfPerson(KnownNameKind.Verified, parties.FromMe ? null : parties.Author, fields.VerifiedName),
        chat.Kind == WaIdKind.Group && fields.Stub == StubTypes.Subject && fields.StubParameters is { ValueKind: JsonValueKind.Array } parameters && parameters.GetArrayLength() > 0
            ? KnownName.OfGroup(chat.User, JsonText.Filled(parameters[0]))
            : null);

    // Newer group records write each parameter as JSON text with the member's two addresses: a roster entry inside a string.
    private static void LearnFromStub(JsonElement parameters, Findings findings)
    {
        if (parameters.ValueKind != JsonValueKind.Array) return;
        Findings? seeds = null;
        foreach (var parameter in parameters.EnumerateArray())
        {
            if (JsonText.Of(parameter) is not ['{', ..] text) continue;
            using var document = RawBody.TryParse(System.Text.Encoding.UTF8.GetBytes(text));
            if (document is null) continue;
            seeds ??= new Findings(findings.Own, MappingGrade.Seed);
            GroupReader.LearnMember(document.RootElement, "messageStubParameters", seeds);
        }
        if (seeds is not null) findings.Adopt(seeds);
    }
}
