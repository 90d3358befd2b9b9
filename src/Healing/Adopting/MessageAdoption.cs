using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Healing.Adopting;

/// <summary>
/// Carries the messages of one business over, conversation after conversation. What is there already is left alone, so no position has to
/// be kept.
/// </summary>
internal sealed class MessageAdoption(Transactions transactions, OlderTables tables, BackfillOptions options)
{
    private readonly DirectoryTables directory = new(options.ProductSchema);
    private readonly string product = options.ProductSchema;

    /// <summary>Carries them over.</summary>
    /// <param name="business">The business.</param>
    /// <param name="people">Who is who.</param>
    /// <param name="keys">The key of the product's conversation for each older one.</param>
    /// <param name="report">Gets the counts.</param>
    /// <param name="onDone">Gets how many were looked at.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    public async Task RunAsync(long business, People people, IReadOnlyDictionary<long, string> keys, AdoptionReport report, Action<long> onDone, CancellationToken cancellation)
    {
        var phones = PhonesOf(people);
        var (conversation, last) = (0L, 0L);
        while (true)
        {
            var from = (conversation, last);
            var done = await transactions.RunAsync(connection => BatchAsync(connection, business, from, people, phones, keys, cancellation), cancellation);
            report.Messages += done.Read;
            report.MessagesWritten += done.Written;
            report.MessagesLeftOut += done.LeftOut;
            report.MessagesThere += done.Read - done.Written - done.LeftOut;
            onDone(done.Read);
            (conversation, last) = done.Last;
            if (done.Read < options.BatchSize) return;
        }
    }

    private static Dictionary<string, string> PhonesOf(People people)
    {
        var phones = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var mapping in people.Mappings.OrderBy(mapping => mapping.Rank)) phones.TryAdd(mapping.Lid, people.Lids.Read(mapping.Phone).Id);
        return phones;
    }

    private async Task<Done> BatchAsync(
        NpgsqlConnection connection, long business, (long Conversation, long Message) from, People people, Dictionary<string, string> phones, IReadOnlyDictionary<long, string> keys,
        CancellationToken cancellation)
    {
        var page = await PageAsync(connection, business, from, cancellation);
        if (page.Count == 0) return new Done(0, 0, 0, from);
        var last = (page[^1].ConversationId, page[^1].Id);

        // Under the lock no conversation is merged into another between looking it up and writing into it.
        await directory.LockAsync(connection, business, 0, cancellation);
        var conversations = await directory.ConversationsAsync(connection, business, [.. page.Select(message => keys.GetValueOrDefault(message.ConversationId)).OfType<string>().Distinct()], cancellation);
        var messages = new List<AdoptedMessage>(page.Count);
        foreach (var message in page)
        {
            if (!keys.TryGetValue(message.ConversationId, out var key) || !conversations.TryGetValue(key, out var conversation)) continue;
            messages.Add(AdoptedMessage.Of(business, message, conversation, key.StartsWith("group:", StringComparison.Ordinal), people, lid => phones.GetValueOrDefault(lid)));
        }
        var touched = await WriteAsync(connection, business, messages, cancellation);
        if (touched.Count > 0) await CountAgainAsync(connection, [.. touched.Keys.Order()], cancellation);
        return new Done(page.Count, touched.Values.Sum(), page.Count - messages.Count, last);
    }

    private async Task<List<OldMessage>> PageAsync(NpgsqlConnection connection, long business, (long Conversation, long Message) from, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            SELECT id::bigint, conversation_id::bigint, message_id::text, from_me IS TRUE, {Optional("from_number")}, to_number::text, {Optional("push_name")}, {Optional("type")},
                   {Optional("body")}, {Optional("status")}, {(tables.Has("whatsapp_message", "created_at") ? "created_at::timestamptz" : "NULL::timestamptz")}
              FROM whatsapp_message
             WHERE business_id = $1 AND conversation_id IS NOT NULL AND (conversation_id, id) > ($2, $3)
             ORDER BY conversation_id, id
             LIMIT $4
            """, connection);
        foreach (var value in (long[])[business, from.Conversation, from.Message, options.BatchSize]) command.Parameters.Add(Rows.Of(value));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var page = new List<OldMessage>();
        while (await rows.ReadAsync(cancellation))
            page.Add(new OldMessage(rows.GetInt64(0), rows.GetInt64(1), Text(2), rows.GetBoolean(3), Text(4), Text(5), Text(6), Text(7), Text(8), Text(9), rows.IsDBNull(10) ? null : rows.GetDateTime(10)));
        return page;

        string? Text(int column) => rows.IsDBNull(column) ? null : rows.GetString(column);
    }

    // Answers how many are new in each conversation.
    private async Task<Dictionary<long, int>> WriteAsync(NpgsqlConnection connection, long business, List<AdoptedMessage> messages, CancellationToken cancellation)
    {
        var touched = new Dictionary<long, int>();
        if (messages.Count == 0) return touched;
        AdoptedMessage[] rows = [.. messages];
        await using var batch = new NpgsqlBatch(connection);
        batch.Add($"""
            INSERT INTO {product}.whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_phone, peer_lid, peer_source, peer_address,
                                                    author_phone, author_lid, author_source, push_name, type, body, status, sent_at)
            SELECT $1, n.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::uuid[], $6::boolean[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                                       $14::text[], $15::text[], $16::text[], $17::smallint[], $18::timestamptz[]) AS n (conversation_id, message_id, author_key)
             WHERE NOT EXISTS (SELECT FROM {product}.whatsapp_message m
                                WHERE m.conversation_id = n.conversation_id AND m.message_id = n.message_id AND m.author_key = n.author_key AND m.business_id = $1)
                ON CONFLICT (business_id, conversation_id, author_key, message_id) DO NOTHING
            RETURNING conversation_id
            """,
            Rows.Of(business),
            Column(Array.ConvertAll(rows, row => row.ConversationId)),
            Column(Array.ConvertAll(rows, row => row.MessageId)),
            Column(Array.ConvertAll(rows, row => row.AuthorKey)),
            Column(Array.ConvertAll(rows, row => row.EventId)),
            Column(Array.ConvertAll(rows, row => row.Old.FromMe)),
            Column(Array.ConvertAll(rows, row => row.Peer.Phone)),
            Column(Array.ConvertAll(rows, row => row.Peer.Lid)),
            Column(Array.ConvertAll(rows, row => row.Peer.Source)),
            Column(Array.ConvertAll(rows, row => row.PeerAddress)),
            Column(Array.ConvertAll(rows, row => row.Author.Phone)),
            Column(Array.ConvertAll(rows, row => row.Author.Lid)),
            Column(Array.ConvertAll(rows, row => row.Author.Source)),
            Column(Array.ConvertAll(rows, row => row.Old.FromMe ? null : PostgresText.OrNull(row.Old.PushName))),
            Column(Array.ConvertAll(rows, row => row.Type)),
            Column(Array.ConvertAll(rows, row => row.Old.Body)),
            Column(Array.ConvertAll(rows, row => row.Status)),
            Column(Array.ConvertAll(rows, row => row.Old.SentAt)));
        await using var written = await batch.ExecuteReaderAsync(cancellation);
        while (await written.ReadAsync(cancellation)) touched[written.GetInt64(0)] = touched.GetValueOrDefault(written.GetInt64(0)) + 1;
        return touched;
    }

    // The Sink adds to these columns at the same time. Once their rows are held, a statement of its own sees what it has committed, and what
    // it commits later it adds to what is counted here. What the columns mean is said in the Sink's RollUps.
    private async Task CountAgainAsync(NpgsqlConnection connection, long[] conversations, CancellationToken cancellation)
    {
        await Rows.LockAsync(connection, $"{product}.whatsapp_conversation", conversations, cancellation);
        await Rows.RunAsync(connection, $"""
            UPDATE {product}.whatsapp_conversation c
               SET message_count = s.messages, last_message_at = s.newest, last_business_at = s.newest_of_business,
                   unread_count = (SELECT count(*) FROM {product}.whatsapp_message m
                                    WHERE m.conversation_id = c.id AND NOT m.from_me AND m.sent_at > COALESCE(s.newest_of_business, '-infinity'))
              FROM unnest($1::bigint[]) AS k (id)
             CROSS JOIN LATERAL (SELECT count(*) AS messages, max(m.sent_at) AS newest, max(m.sent_at) FILTER (WHERE m.from_me) AS newest_of_business
                                   FROM {product}.whatsapp_message m WHERE m.conversation_id = k.id) s
             WHERE c.id = k.id
            """, cancellation, Column(conversations));
    }

    private string Optional(string column) => tables.Has("whatsapp_message", column) ? $"{column}::text" : "NULL::text";

    private readonly record struct Done(long Read, long Written, long LeftOut, (long Conversation, long Message) Last);
}
