using Npgsql;
using Pipeline.Storage;

namespace Pipeline.Healing;

/// <summary>Writes what was decided about conversations: their keys and leads, and which are made.</summary>
internal sealed class ConversationWrites(Transactions transactions, int batchSize, bool keysAreUnique)
{
    // First every key that no longer holds is taken away, so that no conversation waits for a key that another has not given up yet.
    private const string ClearKeys = """
        WITH wanted AS (SELECT * FROM unnest($2::bigint[], $3::text[]) AS w (id, old)),
             done AS (UPDATE whatsapp_conversation c SET canonical_key = NULL FROM wanted w
                       WHERE c.id = w.id AND c.business_id = $1 AND c.canonical_key = w.old
                      RETURNING c.id, w.old),
             kept AS (INSERT INTO pipeline_backfill_key (business_id, old_key, conversation_id) SELECT $1, old, id FROM done
                          ON CONFLICT (business_id, old_key) DO UPDATE SET conversation_id = EXCLUDED.conversation_id)
        INSERT INTO pipeline_backfill_change (business_id, table_name, row_id, column_name, old_value, new_value, why)
        SELECT $1, 'whatsapp_conversation', id, 'canonical_key', old, NULL, 'superseded' FROM done ORDER BY id
        """;

    private const string Fill = """
        WITH wanted AS (SELECT w.*, c.canonical_key AS old_key
                          FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[]) AS w (id, key, old_lead, lead) JOIN whatsapp_conversation c USING (id)),
             done AS (UPDATE whatsapp_conversation c SET canonical_key = w.key, lead_id = w.lead FROM wanted w
                       WHERE c.id = w.id AND c.business_id = $1 AND (c.canonical_key IS NULL OR c.canonical_key = w.key) AND c.lead_id IS NOT DISTINCT FROM w.old_lead
                         /*free*/
                      RETURNING c.id, w.key, w.old_key, w.old_lead, w.lead),
             noted AS (INSERT INTO pipeline_backfill_change (business_id, table_name, row_id, column_name, old_value, new_value, why)
                       SELECT $1, 'whatsapp_conversation', id, 'lead_id', old_lead::text, lead::text, 'lead of the person' FROM done WHERE old_lead IS DISTINCT FROM lead ORDER BY id),
             filled AS (INSERT INTO pipeline_backfill_change (business_id, table_name, row_id, column_name, old_value, new_value, why)
                        SELECT $1, 'whatsapp_conversation', id, 'canonical_key', old_key, key, 'filled' FROM done WHERE key IS DISTINCT FROM old_key ORDER BY id)
        SELECT id::bigint FROM done
        """;

    private const string Free = "AND NOT EXISTS (SELECT FROM whatsapp_conversation o WHERE o.business_id = $1 AND o.canonical_key = w.key AND o.id <> c.id)";

    private const string Create = """
        WITH wanted AS (SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::timestamptz[]) WITH ORDINALITY AS w (wa_id, key, lead, at, place)),
             done AS (INSERT INTO whatsapp_conversation (business_id, customer_wa_id, canonical_key, lead_id, last_message_at)
                      SELECT $1, wa_id, CASE WHEN EXISTS (SELECT FROM whatsapp_conversation o WHERE o.business_id = $1 AND o.canonical_key = w.key) THEN NULL ELSE key END, lead, at
                        FROM wanted w ORDER BY place
                      RETURNING id, customer_wa_id, canonical_key),
             noted AS (INSERT INTO pipeline_backfill_change (business_id, table_name, row_id, column_name, old_value, new_value, why)
                       SELECT $1, 'whatsapp_conversation', d.id, 'id', NULL, d.id::text, 'made for messages without a conversation' FROM done d ORDER BY d.id)
        SELECT id::bigint, customer_wa_id::text FROM done
        """;

    /// <summary>Fills and replaces keys, and gives conversations the lead of their person.</summary>
    public async Task<long> ChangeAsync(long business, IReadOnlyList<ConversationChange> changes, Action<long> onDone, CancellationToken cancellation)
    {
        foreach (var batch in changes.Where(change => change.Conversation.Key is not null && change.Conversation.Key != change.NewKey).OrderBy(change => change.Conversation.Id).Chunk(batchSize))
        {
            await transactions.RunAsync(async connection =>
            {
                long[] ids = [.. batch.Select(change => change.Conversation.Id)];
                await Rows.LockAsync(connection, "whatsapp_conversation", ids, cancellation);
                return await Rows.RunAsync(connection, ClearKeys, cancellation, Rows.Of(business), BatchStatements.Column(ids), BatchStatements.Column((string?[])[.. batch.Select(change => change.Conversation.Key)]));
            }, cancellation);
        }

        var fill = Fill.Replace("/*free*/", keysAreUnique ? Free : "", StringComparison.Ordinal);
        long changed = 0;
        foreach (var batch in changes.OrderBy(change => change.Conversation.Id).Chunk(batchSize))
        {
            changed += await transactions.RunAsync(async connection =>
            {
                long[] ids = [.. batch.Select(change => change.Conversation.Id)];
                await Rows.LockAsync(connection, "whatsapp_conversation", ids, cancellation);
                return (await Rows.IdsAsync(connection, fill, cancellation, Rows.Of(business), BatchStatements.Column(ids), BatchStatements.Column((string?[])[.. batch.Select(change => change.NewKey)]),
                    BatchStatements.Column((long?[])[.. batch.Select(change => change.Conversation.LeadId)]), BatchStatements.Column((long?[])[.. batch.Select(change => change.NewLead)]))).Count;
            }, cancellation);
            onDone(batch.Length);
        }
        return changed;
    }

    /// <summary>Makes conversations for messages that have none.</summary>
    /// <returns>The number of each new conversation.</returns>
    public async Task<IReadOnlyDictionary<Person, long>> CreateAsync(long business, IReadOnlyList<NewConversation> creations, CancellationToken cancellation)
    {
        var made = new Dictionary<Person, long>();
        foreach (var batch in creations.Chunk(batchSize))
        {
            var byAddress = batch.ToDictionary(creation => creation.WaId, creation => creation.Person, StringComparer.Ordinal);
            var rows = await transactions.RunAsync(connection => CreateAsync(connection, business, batch, cancellation), cancellation);
            foreach (var (id, address) in rows) made.Add(byAddress[address], id);
        }
        return made;
    }

    private static Task<List<(long, string)>> CreateAsync(NpgsqlConnection connection, long business, NewConversation[] batch, CancellationToken cancellation) =>
        Rows.ListAsync(connection, Create, row => (row.GetInt64(0), row.GetString(1)), cancellation, Rows.Of(business),
            BatchStatements.Column((string?[])[.. batch.Select(creation => creation.WaId)]), BatchStatements.Column((string?[])[.. batch.Select(creation => creation.Person.Key)]),
            BatchStatements.Column((long?[])[.. batch.Select(creation => creation.Person.Lead?.Id)]), BatchStatements.Column((DateTime?[])[.. batch.Select(creation => creation.Person.LastMessageAt)]));
}
