using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;
using Pipeline.Streaming;

namespace Pipeline.Cli.Results;

/// <summary>
/// Writes what a run came to, in the documented files of <c>--output</c>: one JSON object a line, sorted, with nothing in it that differs
/// between two runs of the same input.
/// </summary>
public static class ResultFiles
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] Statuses = ["ERROR", "PENDING", "SERVER_ACK", "DELIVERY_ACK", "READ", "PLAYED"];

    // What is known at the end: a LID's phone is the table's best, whenever it was learned; a phone's LID is the newest one that has it.
    // A phone that was itself the address is a fact of the message and stays, even when the person has another one by now.
    private const string Messages = """
        WITH lid_of_phone AS (
          SELECT DISTINCT ON (business_id, phone_e164) business_id, phone_e164, lid
          FROM lid_mappings ORDER BY business_id, phone_e164, last_seen DESC, lid),
        lid_of_lead AS (
          SELECT business_id, lead_id, min(replace(external_id, '@lid', '')) AS lid
          FROM contact_identities WHERE channel = 'whatsapp' AND external_id LIKE '%@lid' GROUP BY business_id, lead_id),
        known AS (
          SELECT m.*, c.canonical_key, c.kind, c.lead_id,
                 CASE WHEN m.peer_source = 'direct' THEN m.peer_phone::text
                      ELSE COALESCE(pm.phone_e164::text, m.peer_phone::text, CASE WHEN c.kind = 'direct' THEN l.phone_e164::text END) END AS peer_phone_now,
                 CASE WHEN m.author_source = 'direct' THEN m.author_phone::text
                      ELSE COALESCE(am.phone_e164::text, m.author_phone::text) END AS author_phone_now
          FROM whatsapp_message m
          JOIN whatsapp_conversation c ON c.id = m.conversation_id
          LEFT JOIN person l ON l.business_id = c.business_id AND l.lead_id = c.person_id
          LEFT JOIN lid_mappings pm ON pm.business_id = m.business_id AND pm.lid = m.peer_lid
          LEFT JOIN lid_mappings am ON am.business_id = m.business_id AND am.lid = m.author_lid)
        SELECT k.event_id, k.business_id, k.message_id, k.canonical_key, k.kind, k.from_me,
               k.peer_phone_now, COALESCE(k.peer_lid, pl.lid, CASE WHEN k.kind = 'direct' THEN ll.lid END), k.peer_source,
               k.author_phone_now, COALESCE(k.author_lid, al.lid), k.author_source, k.author_key = 'business', k.author_key = 'peer',
               k.push_name, k.type, k.body, k.status, k.sent_at
        FROM known k
        LEFT JOIN lid_of_phone pl ON pl.business_id = k.business_id AND pl.phone_e164::text = k.peer_phone_now
        LEFT JOIN lid_of_phone al ON al.business_id = k.business_id AND al.phone_e164::text = k.author_phone_now
        LEFT JOIN lid_of_lead ll ON ll.business_id = k.business_id AND ll.lead_id = k.lead_id
        ORDER BY k.business_id, k.canonical_key COLLATE "C", k.sent_at NULLS FIRST, k.message_id COLLATE "C", k.author_key COLLATE "C"
        """;

    private const string Conversations = """
        SELECT c.business_id, c.canonical_key, c.lead_id, l.phone_e164::text, v.display_name, c.kind,
               (SELECT array_agg(a.alias ORDER BY a.alias COLLATE "C") FROM conversation_alias a
                 JOIN whatsapp_conversation ac ON ac.id = a.conversation_id WHERE a.business_id = c.business_id AND COALESCE(ac.merged_into, ac.id) = c.id AND a.alias <> c.canonical_key),
               (SELECT array_agg(replace(i.external_id, '@lid', '') ORDER BY i.external_id COLLATE "C") FROM contact_identities i
                 WHERE i.business_id = c.business_id AND i.lead_id = c.lead_id AND i.channel = 'whatsapp' AND i.external_id LIKE '%@lid'),
               (SELECT count(*) FROM whatsapp_message m WHERE m.conversation_id = c.id),
               (SELECT max(m.sent_at) FROM whatsapp_message m WHERE m.conversation_id = c.id)
        FROM whatsapp_conversation c
        JOIN conversation_list v ON v.conversation_id = c.id
        LEFT JOIN person l ON l.business_id = c.business_id AND l.lead_id = c.person_id
        WHERE c.merged_into IS NULL AND EXISTS (SELECT FROM whatsapp_message m WHERE m.conversation_id = c.id)
        ORDER BY c.business_id, c.canonical_key COLLATE "C"
        """;

    private const string Mappings = """
        SELECT business_id, lid, phone_e164::text, grade, source FROM lid_mappings ORDER BY business_id, lid COLLATE "C"
        """;

    private const string Merges = "SELECT count(*) FROM lead_merge";

    // Digits that a business knows as a LID, standing where a phone belongs, unless the very same digits were also stated as a phone.
    private const string LidsAsPhones = """
        WITH lids AS (
          SELECT business_id, lid FROM lid_mappings
          UNION SELECT business_id, peer_lid FROM whatsapp_message WHERE peer_lid IS NOT NULL
          UNION SELECT business_id, author_lid FROM whatsapp_message WHERE author_lid IS NOT NULL),
        phones AS (
          SELECT business_id, phone_e164::text AS phone FROM person WHERE phone_e164 IS NOT NULL
          UNION SELECT business_id, phone_e164::text FROM lid_mappings
          UNION SELECT business_id, peer_phone::text FROM whatsapp_message WHERE peer_phone IS NOT NULL AND peer_source <> 'direct'
          UNION SELECT business_id, author_phone::text FROM whatsapp_message WHERE author_phone IS NOT NULL AND author_source <> 'direct')
        SELECT count(*) FROM phones p JOIN lids ON lids.business_id = p.business_id AND '+' || lids.lid = p.phone
        WHERE NOT EXISTS (SELECT FROM lid_mappings m WHERE m.business_id = p.business_id AND m.phone_e164::text = p.phone)
          AND NOT EXISTS (SELECT FROM whatsapp_message m WHERE m.business_id = p.business_id AND m.peer_phone::text = p.phone AND m.peer_source = 'direct')
        """;

    /// <summary>Writes all files; those of an earlier run are replaced.</summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="database">Where the run stored its rows.</param>
    /// <param name="accounting">What became of each accepted event.</param>
    /// <param name="deadLetters">What was set aside.</param>
    /// <param name="cancellation">Gives up; files may be half written.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static async Task<RunSummary> WriteAsync(
        string folder, NpgsqlDataSource database, RunAccounting accounting, IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var resolved = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["direct"] = 0, ["envelope"] = 0, ["table"] = 0, ["endpoint"] = 0, ["late"] = 0 };
        long unresolved = 0;

        var stored = await WriteLinesAsync(folder, "messages.jsonl", database, Messages, (row, json) =>
        {
            var source = WriteMessage(row, json);
            if (source == "none") unresolved++;
            else resolved[source] = resolved.GetValueOrDefault(source) + 1;
        }, cancellation);
        await WriteLinesAsync(folder, "conversations.jsonl", database, Conversations, WriteConversation, cancellation);
        await WriteLinesAsync(folder, "mappings.jsonl", database, Mappings, WriteMapping, cancellation);
        await WriteDeadLettersAsync(Path.Combine(folder, "dead-letters.jsonl"), deadLetters, cancellation);

        var summary = new RunSummary(
            accounting.Accepted,
            stored,
            accounting.Duplicates,
            new SortedDictionary<string, long>(accounting.Ignored.ToDictionary(), StringComparer.Ordinal),
            resolved,
            unresolved,
            await CountAsync(database, Merges, cancellation),
            deadLetters.Count,
            await CountAsync(database, LidsAsPhones, cancellation));
        await File.WriteAllTextAsync(Path.Combine(folder, "summary.json"), summary.ToJson() + "\n", cancellation);
        return summary;
    }

    /// <summary>The summary alone, for runs without <c>--output</c>.</summary>
    public static async Task<RunSummary> SummariseAsync(NpgsqlDataSource database, RunAccounting accounting, IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-results-");
        try
        {
            return await WriteAsync(folder.FullName, database, accounting, deadLetters, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string WriteMessage(NpgsqlDataReader row, Utf8JsonWriter json)
    {
        var direct = row.GetString(4) == "direct";
        var fromMe = row.GetBoolean(5);
        var (peerPhone, peerLid) = (Text(row, 6), Text(row, 7));
        var peerSource = Source(row.GetString(8), peerPhone);
        // In a direct chat a received message is written by the peer, and what is known of one is known of the other.
        var authorIsPeer = row.GetBoolean(13) && direct;
        var authorPhone = authorIsPeer ? peerPhone : Text(row, 9);
        var authorLid = authorIsPeer ? peerLid : Text(row, 10);
        var authorSource = authorIsPeer ? peerSource : Source(row.GetString(11), authorPhone);

        json.WriteString("event_id", row.GetGuid(0));
        json.WriteNumber("business_id", row.GetInt64(1));
        json.WriteString("message_id", row.GetString(2));
        json.WriteString("conversation_key", row.GetString(3));
        json.WriteString("kind", row.GetString(4));
        json.WriteString("direction", fromMe ? "out" : "in");
        json.WriteBoolean("from_me", fromMe);
        if (direct)
        {
            json.WriteStartObject("peer");
            json.WriteString("phone", peerPhone);
            json.WriteString("lid", peerLid);
            json.WriteString("source", peerSource);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("peer");
        }
        json.WriteStartObject("author");
        json.WriteString("phone", authorPhone);
        json.WriteString("lid", authorLid);
        json.WriteString("source", authorSource);
        json.WriteBoolean("is_business", row.GetBoolean(12));
        json.WriteEndObject();
        json.WriteString("push_name", Text(row, 14));
        json.WriteString("type", row.GetString(15));
        json.WriteString("text", Text(row, 16));
        json.WriteString("status", row.IsDBNull(17) ? null : Statuses[row.GetInt16(17)]);
        json.WriteString("sent_at", Time(row, 18));
        return direct ? peerSource : authorSource;
    }

    private static void WriteConversation(NpgsqlDataReader row, Utf8JsonWriter json)
    {
        json.WriteNumber("business_id", row.GetInt64(0));
        json.WriteString("conversation_key", row.GetString(1));
        WriteTexts(json, "aliases", row, 6);
        if (row.IsDBNull(2)) json.WriteNull("lead_id");
        else json.WriteNumber("lead_id", row.GetInt64(2));
        json.WriteString("phone", Text(row, 3));
        WriteTexts(json, "lids", row, 7);
        json.WriteString("display_name", Text(row, 4));
        json.WriteNumber("messages", row.GetInt64(8));
        json.WriteString("last_message_at", Time(row, 9));
    }

    private static void WriteMapping(NpgsqlDataReader row, Utf8JsonWriter json)
    {
        json.WriteNumber("business_id", row.GetInt64(0));
        json.WriteString("lid", row.GetString(1));
        json.WriteString("phone", row.GetString(2));
        json.WriteString("grade", row.GetString(3));
        json.WriteString("source", row.GetString(4));
    }

    private static async Task WriteDeadLettersAsync(string file, IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellation)
    {
        await using var output = new FileStream(file, FileMode.Create);
        await using var json = new Utf8JsonWriter(output, Compact);
        foreach (var letter in deadLetters
            .OrderBy(letter => letter.Topic, StringComparer.Ordinal).ThenBy(letter => letter.Reason, StringComparer.Ordinal).ThenBy(letter => letter.EventId, StringComparer.Ordinal))
            await WriteLineAsync(output, json, () =>
            {
                json.WriteString("topic", letter.Topic);
                json.WriteString("stage", letter.Service);
                json.WriteString("reason", letter.Reason);
                json.WriteString("event_id", letter.EventId.Length == 0 ? null : letter.EventId);
            }, cancellation);
    }

    private static async Task<long> WriteLinesAsync(
        string folder, string file, NpgsqlDataSource database, string query, Action<NpgsqlDataReader, Utf8JsonWriter> write, CancellationToken cancellation)
    {
        await using var output = new FileStream(Path.Combine(folder, file), FileMode.Create);
        await using var json = new Utf8JsonWriter(output, Compact);
        await using var command = database.CreateCommand(query);
        command.CommandTimeout = 0;
        await using var row = await command.ExecuteReaderAsync(cancellation);
        long lines = 0;
        for (; await row.ReadAsync(cancellation); lines++) await WriteLineAsync(output, json, () => write(row, json), cancellation);
        return lines;
    }

    private static async Task WriteLineAsync(Stream output, Utf8JsonWriter json, Action write, CancellationToken cancellation)
    {
        json.Reset(output);
        json.WriteStartObject();
        write();
        json.WriteEndObject();
        await json.FlushAsync(cancellation);
        output.WriteByte((byte)'\n');
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, NpgsqlDataReader row, int column)
    {
        json.WriteStartArray(name);
        if (!row.IsDBNull(column))
            foreach (var text in row.GetFieldValue<string[]>(column)) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string query, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(query);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    // The phone was not known when the message passed, and is known now.
    private static string Source(string stored, string? phone) => stored == "none" && phone is not null ? "late" : stored;

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static string? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column).ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
