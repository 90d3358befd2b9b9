using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>Reads events about messages that exist already: receipts, edits, revokes, reactions, deletions.</summary>
internal static class UpdateReader
{
    /// <summary>A message update: a receipt in most cases, else a revoke, an edit, a late content or a vote.</summary>
    public static ReadEvent Update(RawItem item, JsonElement root)
    {
        if (!root.TryGetProperty("key"u8, out var keyElement) && (root.TryGetProperty("keyId"u8, out _) || root.TryGetProperty("remoteJid"u8, out _))) return FlatUpdate(item, root);
        var key = MessageKey.Of(keyElement);
        if (key.Fault is not null) return EventReader.Failed(key.Fault);
        if (!JsonText.TryGet(root, "update"u8, out var update) || update.ValueKind != JsonValueKind.Object) return EventReader.Failed(Faults.InvalidType);

        var findings = new Findings(item.Own, MappingGrade.Strong);
        JsonText.TryGet(update, "messageTimestamp"u8, out var time);
        JsonText.TryGet(update, "status"u8, out var status);
        JsonText.TryGet(update, "messageStubType"u8, out var stub);
        var hasMessage = JsonText.TryGet(update, "message"u8, out var message);
        if (!hasMessage && StubTypes.Of(stub) is StubTypes.Revoke or StubTypes.AdminRevoke)
        {
            JsonText.TryGet(update, "key"u8, out var revoking);
            JsonText.TryGet(revoking, "id"u8, out var revokingId);
            var read = Started(EventKind.Revoke, key, Parties.Of(key, findings), findings, time);

            // In a group the key's participant is who revoked, not who wrote; then nobody says whose the message was.
            return read with { MessageId = JsonText.Identifier(revokingId) ?? key.Id, Type = "revoke", TargetFromMe = key.Chat!.Kind == WaIdKind.Group ? null : read.FromMe };
        }
        if (hasMessage && message.ValueKind == JsonValueKind.Object) return Content(key, message, time, status, findings);
        if (DeliveryStatus.Of(status) is { } word) return Acknowledged(key, word, time, findings);
        var votes = JsonText.TryGet(update, "pollUpdates"u8, out var answers);
        var responses = !votes && JsonText.TryGet(update, "eventResponses"u8, out answers);
        if (votes || responses)
        {
            var name = votes ? "pollUpdateMessageKey"u8 : "eventResponseMessageKey"u8;
            if (Answered(votes ? EventKind.PollVote : EventKind.System, key, answers, name, findings) is { } read) return read with { Type = votes ? "poll_vote" : "event_response" };
        }
        return Started(votes ? EventKind.PollVote : EventKind.System, key, Parties.OfChatOnly(key, findings), findings, time) with { Type = votes ? "poll_vote" : "update" };
    }

    // The outer key is the poll's or the event's; who answered stands in the key of the answer.
    private static ReadEvent? Answered(EventKind kind, MessageKey asked, JsonElement answers, ReadOnlySpan<byte> name, Findings findings)
    {
        if (answers.ValueKind != JsonValueKind.Array || answers.GetArrayLength() == 0) return null;
        var answer = answers[0];
        if (!JsonText.TryGet(answer, name, out var inner)) return null;
        var key = MessageKey.Of(inner);
        if (key.Fault is not null) return null;
        if (!JsonText.TryGet(answer, "senderTimestampMs"u8, out var time)) JsonText.TryGet(answer, "timestampMs"u8, out time);
        return Started(kind, key, Parties.Of(key, findings), findings, time) with { TargetId = asked.Id, TargetFromMe = asked.FromMe };
    }

    /// <summary>A reader's acknowledgement in a group or of a status.</summary>
    public static ReadEvent Receipt(RawItem item, JsonElement root)
    {
        root.TryGetProperty("key"u8, out var keyElement);
        var key = MessageKey.Of(keyElement);
        if (key.Fault is not null) return EventReader.Failed(key.Fault);
        if (!JsonText.TryGet(root, "receipt"u8, out var receipt) || receipt.ValueKind != JsonValueKind.Object) return EventReader.Failed(Faults.InvalidType);

        var findings = new Findings(item.Own, MappingGrade.Strong);
        var parties = Parties.OfChatOnly(key, findings);
        var (word, time) = JsonText.TryGet(receipt, "playedTimestamp"u8, out var at) ? ("PLAYED", at)
            : JsonText.TryGet(receipt, "readTimestamp"u8, out at) ? ("READ", at)
            : JsonText.TryGet(receipt, "receiptTimestamp"u8, out at) ? ("DELIVERY_ACK", at)
            : ((string?)null, default);
        var user = WaId.Parse(JsonText.Filled(receipt, "userJid"u8));
        if (user is { IsPerson: true } && key.Participant is { } participant && participant.Kind != user.Kind) key.Add(participant, "participant", AlternateOwner.Sender);
        user ??= key.Participant;
        var reader = user is { IsPerson: true } ? Parties.Person(user, "userJid", key.Alternates, AlternateOwner.Sender, item.Own.Contains(user), findings) : null;
        return Started(EventKind.Receipt, key, parties, findings, time) with { Status = word, Reader = reader };
    }

    /// <summary>A reaction as an event of its own: the outer key is the target, the inner one the reaction.</summary>
    public static ReadEvent Reaction(RawItem item, JsonElement root)
    {
        if (!JsonText.TryGet(root, "reaction"u8, out var reaction)) return EventReader.Failed(Faults.InvalidType);
        JsonText.TryGet(reaction, "key"u8, out var inner);
        var key = MessageKey.Of(inner);
        if (key.Fault is not null) return EventReader.Failed(key.Fault);

        var findings = new Findings(item.Own, MappingGrade.Strong);
        var parties = Parties.Of(key, findings);
        JsonText.TryGet(reaction, "senderTimestampMs"u8, out var time);
        root.TryGetProperty("key"u8, out var target);
        var read = Started(EventKind.Reaction, key, parties, findings, time) with { Type = "reaction", Reaction = JsonText.Of(reaction, "text"u8), TargetId = null };
        return Target.Of(read, key, target, parties, findings) with { Pairs = findings.Pairs, Notes = findings.Notes };
    }

    /// <summary>A message deleted on the business's own devices, or, with no key, a whole chat cleared. Evolution uses the name for a revoke.</summary>
    public static ReadEvent Delete(RawItem item, JsonElement root)
    {
        var key = new MessageKey();
        if (root.TryGetProperty("jid"u8, out var chat)) key.SetChat(chat);
        else key = MessageKey.Of(JsonText.TryGet(root, "key"u8, out var inner) ? inner : root);
        if (key.Fault is not null) return EventReader.Failed(key.Fault);

        var findings = new Findings(item.Own, MappingGrade.Strong);
        if (item.Source == EventShapes.Evolution)
        {
            var read = Started(EventKind.Revoke, key, Parties.Of(key, findings), findings, default);
            return read with { Type = "revoke", TargetFromMe = key.Chat!.Kind == WaIdKind.Group ? null : read.TargetFromMe };
        }
        return Started(EventKind.Delete, key, Parties.OfChatOnly(key, findings), findings, default);
    }

    /// <summary>
    /// Evolution's announcement of an edit: only the protocol part, with its key in the editor's perspective, where the chat of a contact's edit is the business.
    /// Whose chat that is can not be told; the target's id can. Other protocol parts come under this name too and keep their own meaning.
    /// </summary>
    public static ReadEvent Edited(RawItem item, JsonElement root)
    {
        var content = MessageContent.OfProtocol(root);
        var key = MessageKey.Of(content.TargetKey);
        if (content.Control is not (EventKind.Edit or EventKind.Revoke)) return new ReadEvent { Kind = EventKind.System, Type = content.Type };
        if (key.Fault is not null) return EventReader.Failed(key.Fault);

        var findings = new Findings(item.Own, MappingGrade.Strong);
        JsonText.TryGet(root, "timestampMs"u8, out var time);
        var fromContact = item.Own.Contains(key.Chat!);
        key.FromMe = !fromContact && key.Chat!.IsPerson;
        var parties = fromContact ? default : Parties.Of(key, findings);
        return Started(content.Control.Value, key, parties, findings, time) with { Text = content.Text, Type = content.Type, ChatAddress = fromContact ? null : key.Chat!.Address };
    }

    /// <summary>The fields that all of these share; the target is the message of the key.</summary>
    public static ReadEvent Started(EventKind kind, MessageKey key, Parties parties, Findings findings, JsonElement time)
    {
        var chat = key.Chat!;
        return new ReadEvent
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
            Notes = findings.Notes,
            Fault = findings.Fault,
            SentAt = Timestamps.Of(time),
            TargetId = key.Id,
            TargetFromMe = key.Id is null ? null : parties.FromMe,
        };
    }

    /// <summary>A receipt in words; in a one-to-one chat the reader is the other side of whoever sent the message.</summary>
    public static ReadEvent Acknowledged(MessageKey key, string word, JsonElement time, Findings findings)
    {
        var parties = Parties.OfChatOnly(key, findings);
        PartyEvidence? reader = null;
        if (parties.Peer is not null) reader = word is "ERROR" or "PENDING" or "SERVER_ACK" ? null : parties.FromMe ? parties.Peer : findings.Own.Business;
        else if (key.Participant is { } participant) reader = Parties.Person(participant, "participant", key.Alternates, AlternateOwner.Sender, findings.Own.Contains(participant), findings);
        return Started(EventKind.Receipt, key, parties, findings, time) with { Status = word, Reader = reader };
    }

    private static ReadEvent Content(MessageKey key, JsonElement message, JsonElement time, JsonElement status, Findings findings)
    {
        var parties = Parties.Of(key, findings);
        var isEdit = JsonText.TryGet(message, "editedMessage"u8, out var edited) && JsonText.TryGet(edited, "message"u8, out edited) && edited.ValueKind == JsonValueKind.Object;
        var content = MessageContent.Of(isEdit ? edited : message);
        var kind = isEdit || content.Control == EventKind.Edit ? EventKind.Edit : content.Control ?? RecordReader.KindOf(key.Chat!);
        var read = Started(kind, key, parties, findings, time) with { Type = content.Type, Text = content.Text, Reaction = content.Reaction, Status = DeliveryStatus.Of(status) };
        return kind == EventKind.Edit ? read : read with { TargetId = null, TargetFromMe = null };
    }

    // Evolution's flat form.
    private static ReadEvent FlatUpdate(RawItem item, JsonElement root)
    {
        var key = new MessageKey();
        root.TryGetProperty("remoteJid"u8, out var chat);
        key.SetChat(chat);
        if (key.Fault is not null) return EventReader.Failed(key.Fault);
        if (!JsonText.TryGet(root, "keyId"u8, out var id)) JsonText.TryGet(root, "id"u8, out id);
        key.Id = JsonText.Identifier(id);
        key.FromMe = JsonText.TryGet(root, "fromMe"u8, out var fromMe) && JsonText.IsTrue(fromMe);
        if (JsonText.TryGet(root, "participant"u8, out var participant)) key.OfferParticipant(participant);
        root.TryGetProperty("status"u8, out var status);
        JsonText.TryGet(root, "messageTimestamp"u8, out var time);
        var findings = new Findings(item.Own, MappingGrade.Strong);
        return DeliveryStatus.Of(status) is { } word
            ? Acknowledged(key, word, time, findings)
            : Started(JsonText.Of(status) is "DELETED" ? EventKind.Revoke : EventKind.System, key, Parties.OfChatOnly(key, findings), findings, time) with { Type = "update" };
    }
}
