using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Identity;
using Pipeline.Resolver;
using Pipeline.Streaming;

namespace Pipeline.Cli.Explain;

/// <summary>An explanation as one JSON object, documented in <c>docs/explain.md</c>. Absent is null or an empty array, never left out.</summary>
internal static class ExplanationJson
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object.</summary>
    public static string Write(Explanation of)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartObject();
            json.WriteNumber("business_id", of.BusinessId);
            json.WriteStartObject("asked");
            json.WriteString("reference", of.Asked.Word);
            json.WriteString("given", of.Asked.Given);
            json.WriteString("understood_as", of.Asked.Understood);
            json.WriteString("note", of.Note);
            json.WriteEndObject();
            json.WriteBoolean("found", of.HasFound);
            Array(json, "own_addresses", of.OwnAddresses, Own);
            Array(json, "messages", of.Messages, (json, message) => Message(json, message, of));
            Search(json, of);
            Array(json, "lids", of.Lids, Lid);
            Array(json, "waiting_pairs", of.WaitingPairs, Pair);
            Array(json, "people", of.People, Person);
            Array(json, "conversations", of.Conversations, Conversation);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Own(Utf8JsonWriter json, OwnAddress own)
    {
        json.WriteString("address", own.Address);
        json.WriteString("session", own.Session);
        Time(json, "last_seen", own.LastSeen);
        Origin(json, own.Origin);
    }

    private static void Message(Utf8JsonWriter json, StoredMessage message, Explanation of)
    {
        json.WriteString("message_id", message.MessageId);
        Time(json, "sent_at", message.SentAt);
        json.WriteString("direction", message.FromMe ? "out" : "in");
        json.WriteString("kind", message.Kind);
        json.WriteString("type", message.Type);
        json.WriteString("text", message.Text);
        json.WriteString("status", message.Status);
        Time(json, "edited_at", message.EditedAt);
        json.WriteBoolean("revoked", message.Revoked);
        Number(json, "conversation_id", message.ConversationId);
        json.WriteString("conversation_key", message.ConversationKey);
        Number(json, "lead_id", message.LeadId);
        Party(json, "peer", message.Peer, of.PhoneNow(message.Peer?.Lid));
        Party(json, "author", message.Author, message.Author.IsBusiness ? null : of.PhoneNow(message.Author.Lid));
        Origin(json, message.Origin);
    }

    private static void Search(Utf8JsonWriter json, Explanation of)
    {
        if (of.Raw is not { } raw)
        {
            json.WriteNull("raw_topic");
            return;
        }
        json.WriteStartObject("raw_topic");
        json.WriteString("topic", raw.Topic);
        json.WriteString("search", raw.End switch { RawSearchEnd.Complete => "complete", RawSearchEnd.OutOfTime => "out_of_time", _ => "unreachable" });
        json.WriteNumber("records_looked_at", raw.Looked);
        json.WriteNumber("records_held", raw.Held);
        Array(json, "events", raw.Events, (json, found) => Event(json, found, of));
        json.WriteEndObject();
    }

    private static void Event(Utf8JsonWriter json, FoundEvent found, Explanation of)
    {
        var (read, raw) = (found.Read, found.Raw);
        json.WriteString("position", found.Position.ToString());
        json.WriteString("event_id", raw?.EventId);
        json.WriteString("source", raw?.Source);
        json.WriteString("session", raw?.Session);
        json.WriteString("event_type", raw?.EventType);
        json.WriteString("part", raw?.Part);
        json.WriteString("delivery", raw?.Delivery);
        Time(json, "received_at", raw?.ReceivedAt?.ToDateTime());
        json.WriteString("kind", found.Undecodable is null ? read.Kind.ToWord() : null);
        json.WriteString("fault", found.Undecodable ?? read.Fault);
        json.WriteStartArray("notes");
        foreach (var note in read.Notes.Words()) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteString("chat", read.ChatAddress);
        json.WriteString("message_id", read.MessageId);
        json.WriteString("target_id", read.TargetId);
        json.WriteString("status", read.Status);
        Time(json, "sent_at", read.SentAt?.UtcDateTime);
        json.WriteString("text", read.Text);
        foreach (var role in (string[])["peer", "author", "reader", "contact"])
            Party(json, role, found.Parties.Where(one => one.Role == role).Select(one => Facts(one.Party)).FirstOrDefault(), null);
        json.WriteString("hint", read.Hint?.ToString());
        Array(json, "pairs", read.Pairs, (json, pair) =>
        {
            json.WriteString("lid", pair.Lid.Digits);
            json.WriteString("phone", pair.Phone.ToString());
            json.WriteString("grade", GradeWords.Of(pair.Grade));
            json.WriteString("field", pair.Field);
        });
        if (read.Ruling is { } ruling)
        {
            json.WriteStartObject("ruling");
            json.WriteString("lid", ruling.Lid.Digits);
            json.WriteString("phone", ruling.Phone.ToString());
            json.WriteBoolean("denied", ruling.IsDenied);
            json.WriteEndObject();
        }
        else
            json.WriteNull("ruling");
        if (found.DeadLetter is { } letter)
        {
            json.WriteStartObject("dead_letter");
            json.WriteString("topic", letter.Topic);
            json.WriteString("service", letter.Service);
            json.WriteString("reason", letter.Reason);
            json.WriteEndObject();
        }
        else
            json.WriteNull("dead_letter");
        json.WriteString("what_became_of_it", EventWords.WhatBecameOf(found, of.Messages.Any(message => message.MessageId == found.MessageId)));
    }

    private static void Lid(Utf8JsonWriter json, LidFacts lid)
    {
        json.WriteString("lid", lid.Lid);
        json.WriteBoolean("is_own", lid.IsOwn);
        if (lid.Best is { } best)
        {
            json.WriteStartObject("phone");
            Stated(json, best);
            json.WriteEndObject();
        }
        else
            json.WriteNull("phone");
        Array(json, "conflicts", lid.Others, (json, other) =>
        {
            Stated(json, other);
            json.WriteString("lost_because", lid.Denies(other.Phone) ? "denied" : lid.Best is { } winner ? SourceWords.WordOfLoss(other.LosesTo(winner)) : null);
        });
        Strings(json, "other_lids_of_phone", lid.OtherLids);
        if (lid.Parked is { } parked)
        {
            json.WriteStartObject("parked");
            json.WriteString("source", parked.Source);
            json.WriteString("session", parked.Session);
            Time(json, "since", parked.Since);
            json.WriteNumber("attempts", parked.Attempts);
            Time(json, "asked_at", parked.AskedAt);
            Time(json, "next_check_at", parked.NextCheckAt);
            Origin(json, parked.Origin);
            json.WriteEndObject();
        }
        else
            json.WriteNull("parked");
        Array(json, "rulings", lid.Rulings, (json, ruling) =>
        {
            json.WriteString("phone", ruling.Phone);
            json.WriteBoolean("denied", ruling.IsDenied);
            Time(json, "at", ruling.At);
            Origin(json, ruling.Origin);
        });
        Array(json, "hints", lid.Hints, (json, hint) =>
        {
            json.WriteString("phone", hint.Phone);
            Time(json, "first_seen", hint.FirstSeen);
            Time(json, "last_seen", hint.LastSeen);
            Origin(json, hint.Origin);
        });
    }

    private static void Stated(Utf8JsonWriter json, StatedPhone stated)
    {
        json.WriteString("phone", stated.Phone);
        json.WriteString("grade", stated.Grade);
        json.WriteString("field", stated.Field);
        Time(json, "first_seen", stated.FirstSeen);
        Time(json, "last_seen", stated.LastSeen);
        Origin(json, stated.Origin);
    }

    private static void Pair(Utf8JsonWriter json, WaitingPair pair)
    {
        json.WriteString("lid", pair.Lid);
        json.WriteString("phone", pair.Phone);
        json.WriteNumber("phone_rank", pair.Rank);
        Time(json, "seen_at", pair.SeenAt);
    }

    private static void Person(Utf8JsonWriter json, Person person)
    {
        json.WriteNumber("lead_id", person.LeadId);
        json.WriteString("phone", person.Phone);
        Number(json, "phone_rank", person.PhoneRank);
        Time(json, "phone_at", person.PhoneAt);
        json.WriteString("name", person.Name);
        json.WriteString("push_name", person.PushName);
        Time(json, "push_name_at", person.PushNameAt);
        json.WriteString("owner", person.Owner);
        Array(json, "identities", person.Identities, (json, identity) =>
        {
            json.WriteString("channel", identity.Channel);
            json.WriteString("external_id", identity.Address);
        });
        Array(json, "merged_leads", person.Absorbed, (json, absorbed) =>
        {
            json.WriteNumber("lead_id", absorbed.LeadId);
            Number(json, "merged_into_at_that_moment", absorbed.SurvivorLeadId);
            json.WriteString("evidence", absorbed.Evidence);
            Time(json, "at", absorbed.At);
            json.WriteString("event_id", absorbed.Origin?.EventId.ToString());
            json.WriteString("position", absorbed.Origin?.Position?.ToString());
        });
    }

    private static void Conversation(Utf8JsonWriter json, ConversationFacts conversation)
    {
        json.WriteNumber("conversation_id", conversation.Id);
        json.WriteString("key", conversation.Key);
        json.WriteString("kind", conversation.Kind);
        Number(json, "lead_id", conversation.LeadId);
        json.WriteString("group_id", conversation.GroupId);
        json.WriteNumber("messages", conversation.Messages);
        json.WriteNumber("unread", conversation.Unread);
        Time(json, "last_message_at", conversation.LastMessageAt);
        json.WriteBoolean("is_open", conversation.IsOpen);
        Strings(json, "old_keys", conversation.OldKeys);
        json.WriteStartArray("merged_conversation_ids");
        foreach (var id in conversation.MergedIds) json.WriteNumberValue(id);
        json.WriteEndArray();
    }

    private static PartyFacts Facts(PartyEvidence party) =>
        new(party.Phone?.ToString(), party.Lid?.Digits, party.Source.ToWord(), party.Field, party.IsBusiness);

    private static void Party(Utf8JsonWriter json, string name, PartyFacts? party, string? now)
    {
        if (party is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("phone", party.Phone);
        json.WriteString("lid", party.Lid);
        json.WriteString("source", party.Source);
        json.WriteString("field", party.Field);
        json.WriteBoolean("is_business", party.IsBusiness);
        json.WriteString("phone_now", now);
        json.WriteEndObject();
    }

    private static void Origin(Utf8JsonWriter json, Origin origin)
    {
        json.WriteString("event_id", origin.EventId);
        json.WriteString("position", origin.Position?.ToString());
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> values, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStartObject();
            write(json, value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Strings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void Time(Utf8JsonWriter json, string name, DateTime? at) => json.WriteString(name, at is { } known ? ExplanationText.Time(known) : null);

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }
}
