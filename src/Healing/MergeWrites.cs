using Npgsql;
using Pipeline.Storage;

namespace Pipeline.Healing;

/// <summary>Merges conversations: the survivor goes on, the others are closed and keep neither key nor messages.</summary>
internal sealed class MergeWrites(Transactions transactions, int batchSize)
{
    // $2 absorbed, $3 survivor of each, $4 the key of each.
    private const string Note = """
        WITH wanted AS (SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS w (id, into_id, key)),
             was AS (SELECT c.id, c.is_open, c.summary_created, c.canonical_key, w.into_id, w.key FROM whatsapp_conversation c JOIN wanted w USING (id)),
             kept AS (INSERT INTO pipeline_backfill_conversation (conversation_id, business_id, merged_into, canonical_key)
                      SELECT id, $1, into_id, COALESCE(canonical_key, key) FROM was
                          ON CONFLICT (conversation_id) DO UPDATE SET merged_into = EXCLUDED.merged_into, at = now())
        INSERT INTO pipeline_backfill_change (business_id, table_name, row_id, column_name, old_value, new_value, why)
        SELECT $1, 'whatsapp_conversation', id, name, old, new, 'merged into conversation ' || into_id
          FROM was CROSS JOIN LATERAL (VALUES ('is_open', is_open::text, 'false'), ('summary_created', summary_created::text, 'true'), ('canonical_key', canonical_key, NULL)) AS v (name, old, new)
         WHERE old IS DISTINCT FROM new
         ORDER BY id, name
        """;

    private const string Close = "UPDATE whatsapp_conversation SET is_open = false, summary_created = true, canonical_key = NULL WHERE business_id = $1 AND id = ANY ($2)";

    // Whoever had been merged into one that is now merged itself goes on with it.
    private const string Flatten = """
        UPDATE pipeline_backfill_conversation b SET merged_into = w.into_id
          FROM unnest($2::bigint[], $3::bigint[]) AS w (id, into_id)
         WHERE b.merged_into = w.id AND b.business_id = $1
        """;

    // $2 survivor, $3 key, $4 lead, $5 newest message, $6 whether one of the others was open.
    private const string GoOn = """
        WITH wanted AS (SELECT * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::timestamptz[], $6::boolean[]) AS w (id, key, lead, at, open)),
             was AS (SELECT c.id, c.canonical_key, c.lead_id, c.last_message_at, c.is_open FROM whatsapp_conversation c JOIN wanted w USING (id)),
             now AS (UPDATE whatsapp_conversation c
                        SET canonical_key = COALESCE(w.key, c.canonical_key), lead_id = COALESCE(w.lead, c.lead_id),
                            last_message_at = GREATEST(c.last_message_at, w.at), is_open = c.is_open OR w.open
                       FROM wanted w WHERE c.id = w.id AND c.business_id = $1
                     RETURNING c.id, c.canonical_key, c.lead_id, c.last_message_at, c.is_open)
        INSERT INTO pipeline_backfill_change (business_id, table_name, row_id, column_name, old_value, new_value, why)
        SELECT $1, 'whatsapp_conversation', id, name, old, new, 'goes on for merged conversations'
          FROM was JOIN now n USING (id) CROSS JOIN LATERAL (VALUES
                 ('canonical_key', was.canonical_key, n.canonical_key), ('lead_id', was.lead_id::text, n.lead_id::text),
                 ('last_message_at', was.last_message_at::text, n.last_message_at::text), ('is_open', was.is_open::text, n.is_open::text)) AS v (name, old, new)
         WHERE old IS DISTINCT FROM new
         ORDER BY id, name
        """;

    private const string MoveMessages = """
        WITH picked AS (SELECT m.id, m.conversation_id AS old, b.merged_into AS new
                        FROM whatsapp_message m JOIN pipeline_backfill_conversation b ON b.conversation_id = m.conversation_id
                       WHERE m.conversation_id = ANY ($2) AND m.business_id = $1
                       ORDER BY m.id LIMIT $3 FOR NO KEY UPDATE OF m),
             done AS (UPDATE whatsapp_message m SET conversation_id = p.new FROM picked p WHERE m.id = p.id RETURNING m.id, p.old, p.new)
        INSERT INTO pipeline_backfill_change (business_id, table_name, row_id, column_name, old_value, new_value, why)
        SELECT $1, 'whatsapp_message', id, 'conversation_id', old::text, new::text, 'same person' FROM done ORDER BY id
        RETURNING row_id
        """;

    /// <summary>Merges; a person's conversations in one transaction.</summary>
    /// <returns>How many conversations were closed.</returns>
    public async Task<long> MergeAsync(long business, IReadOnlyList<ConversationMerge> merges, Action<long> onDone, CancellationToken cancellation)
    {
        long closed = 0;
        foreach (var batch in Batches(merges))
        {
            closed += await transactions.RunAsync(connection => MergeAsync(connection, business, batch, cancellation), cancellation);
            onDone(batch.Sum(merge => merge.Absorbed.Count));
        }
        return closed;
    }

    /// <summary>Moves messages that are linked to closed duplicates to the conversation that goes on.</summary>
    public async Task<long> MoveMessagesAsync(long business, IEnumerable<long> absorbed, CancellationToken cancellation)
    {
        long moved = 0;
        foreach (var some in absorbed.Order().Chunk(batchSize))
        {
            for (int now; ; moved += now)
            {
                now = await transactions.RunAsync(async connection =>
                    (await Rows.IdsAsync(connection, MoveMessages, cancellation, Rows.Of(business), BatchStatements.Column(some), Rows.Of(batchSize))).Count, cancellation);
                if (now == 0) break;
            }
        }
        return moved;
    }

    private static async Task<long> MergeAsync(NpgsqlConnection connection, long business, List<ConversationMerge> batch, CancellationToken cancellation)
    {
        var pairs = batch.SelectMany(merge => merge.Absorbed.Select(absorbed => (absorbed.Id, Into: merge.Survivor.Id, merge.Key))).ToList();
        long[] absorbed = [.. pairs.Select(pair => pair.Id)], into = [.. pairs.Select(pair => pair.Into)];
        await Rows.LockAsync(connection, "whatsapp_conversation", [.. absorbed, .. batch.Select(merge => merge.Survivor.Id)], cancellation);
        await Rows.RunAsync(connection, Note, cancellation, Rows.Of(business), BatchStatements.Column(absorbed), BatchStatements.Column(into), BatchStatements.Column((string?[])[.. pairs.Select(pair => pair.Key)]));
        await Rows.RunAsync(connection, Flatten, cancellation, Rows.Of(business), BatchStatements.Column(absorbed), BatchStatements.Column(into));
        await Rows.RunAsync(connection, Close, cancellation, Rows.Of(business), BatchStatements.Column(absorbed));
        await Rows.RunAsync(connection, GoOn, cancellation, Rows.Of(business), BatchStatements.Column([.. batch.Select(merge => merge.Survivor.Id)]),
            BatchStatements.Column((string?[])[.. batch.Select(merge => merge.Key)]), BatchStatements.Column((long?[])[.. batch.Select(merge => merge.Lead)]),
            BatchStatements.Column((DateTime?[])[.. batch.Select(merge => merge.Absorbed.Max(one => one.LastMessageAt))]),
            BatchStatements.Column((bool[])[.. batch.Select(merge => merge.Absorbed.Any(one => one.IsOpen))]));
        return absorbed.Length;
    }

    // As many persons as fit into a batch; one person is never cut.
    private IEnumerable<List<ConversationMerge>> Batches(IReadOnlyList<ConversationMerge> merges)
    {
        var batch = new List<ConversationMerge>();
        var rows = 0;
        foreach (var merge in merges.OrderBy(merge => merge.Survivor.Id))
        {
            batch.Add(merge);
            rows += merge.Absorbed.Count + 1;
            if (rows < batchSize) continue;
            yield return batch;
            (batch, rows) = ([], 0);
        }
        if (batch.Count > 0) yield return batch;
    }
}
