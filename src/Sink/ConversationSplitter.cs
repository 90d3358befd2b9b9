using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Sink;

/// <summary>
/// Takes conversations apart: what was said to or from an address goes where the directory says the address belongs now. Where the message is
/// there already, one row stays with the best of both. Doing it again moves nothing.
/// </summary>
internal static class ConversationSplitter
{
    // Rows from before addresses were kept go by their LID, and by their phone when it was the address.
    private const string Homes = """
        JOIN LATERAL (VALUES (
               CASE WHEN r.peer_address IS NULL AND r.peer_phone IS NOT NULL AND (r.peer_lid IS NULL OR r.peer_source = 'direct') THEN 'phone' ELSE 'whatsapp' END,
               COALESCE(r.peer_address, CASE WHEN r.peer_phone IS NOT NULL AND (r.peer_lid IS NULL OR r.peer_source = 'direct') THEN r.peer_phone ELSE r.peer_lid || '@lid' END)
             )) AS p (channel, external_id) ON true
        JOIN contact_identities i ON i.business_id = r.business_id AND i.channel = p.channel AND i.external_id = p.external_id
        JOIN whatsapp_conversation h ON h.business_id = i.business_id AND h.person_id = i.lead_id AND h.id <> r.conversation_id
        """;

    private const string MessagesOut = $"""
        SELECT r.id, h.id
          FROM unnest($1::bigint[]) AS k (id)
          JOIN whatsapp_message r ON r.conversation_id = k.id
          {Homes}
        """;

    private const string UpdatesMove = $"""
        UPDATE whatsapp_message_update u SET conversation_id = m.home
          FROM (SELECT r.business_id, r.event_id, h.id AS home
                  FROM unnest($1::bigint[]) AS k (id)
                  JOIN (SELECT u.*, NULL AS peer_phone, NULL AS peer_lid, NULL AS peer_source FROM whatsapp_message_update u) r ON r.conversation_id = k.id
                  {Homes}) m
         WHERE u.business_id = m.business_id AND u.event_id = m.event_id
        """;

    private const string Clashes = """
        unnest($1::bigint[], $2::bigint[]) AS k (message, home)
          JOIN whatsapp_message n ON n.id = k.message
          JOIN whatsapp_message o ON o.conversation_id = k.home AND o.message_id = n.message_id AND o.author_key = n.author_key AND o.business_id = n.business_id
        """;

    private static readonly string CopiesThereTakeTheBest = $"""
        UPDATE whatsapp_message m SET {MessageSql.TakesTheBest}
          FROM (SELECT o.id, {MessageSql.BestOfBoth} FROM {Clashes}) b
         WHERE m.id = b.id AND {MessageSql.IsNotTheBestYet}
        """;

    private const string OtherCopiesGo = $"DELETE FROM whatsapp_message m USING (SELECT n.id FROM {Clashes}) gone WHERE m.id = gone.id";

    private const string MessagesMove = """
        UPDATE whatsapp_message m SET conversation_id = k.home FROM unnest($1::bigint[], $2::bigint[]) AS k (message, home) WHERE m.id = k.message
        """;

    // What names both sides of the denied pair keeps the one that is its address.
    private const string DeniedSidesGo = """
        UPDATE whatsapp_message m
           SET peer_phone    = CASE WHEN a.of_lid THEN NULL ELSE m.peer_phone END,
               peer_source   = CASE WHEN a.of_lid THEN 'none' ELSE m.peer_source END,
               peer_field    = CASE WHEN a.of_lid THEN NULL ELSE m.peer_field END,
               peer_lid      = CASE WHEN a.of_lid THEN m.peer_lid END,
               author_phone  = CASE WHEN a.of_lid AND NOT m.from_me THEN NULL ELSE m.author_phone END,
               author_source = CASE WHEN a.of_lid AND NOT m.from_me THEN 'none' ELSE m.author_source END,
               author_field  = CASE WHEN a.of_lid AND NOT m.from_me THEN NULL ELSE m.author_field END,
               author_lid    = CASE WHEN a.of_lid OR m.from_me THEN m.author_lid END
          FROM (SELECT r.id, COALESCE(r.peer_address LIKE '%@lid', r.peer_source <> 'direct') AS of_lid
                  FROM unnest($1::bigint[]) AS k (id)
                  JOIN whatsapp_message r ON r.conversation_id = k.id
                  JOIN denied_pair d ON d.business_id = r.business_id AND d.lid = r.peer_lid AND d.phone_e164 = r.peer_phone AND d.denied
                 WHERE r.peer_lid = $2 AND r.peer_phone = $3) a
         WHERE m.id = a.id
        """;

    /// <summary>Takes apart.</summary>
    /// <returns>The conversations in which something may have changed, and how many rows were given up as copies.</returns>
    public static async Task<(HashSet<long> Touched, long Folded)> SplitAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<SinkEntry.Split> splits, CancellationToken cancellation)
    {
        var touched = new HashSet<long>();
        var folded = 0L;
        foreach (var split in splits)
        {
            var moves = await FindAsync(connection, transaction, split, cancellation);
            var all = moves.Select(move => move.Home).Append(split.FromId).ToHashSet();
            touched.UnionWith(all);
            await ConversationMover.LockAsync(connection, transaction, all, cancellation);

            await using var batch = new NpgsqlBatch(connection, transaction);
            NpgsqlBatchCommand? givingUp = null;
            if (moves.Length > 0)
            {
                Add(CopiesThereTakeTheBest);
                givingUp = Add(OtherCopiesGo);
                Add(MessagesMove);
            }
            batch.Add(UpdatesMove, Column(new[] { split.FromId }));
            batch.Add(DeniedSidesGo, Column(all.ToArray()), new NpgsqlParameter<string> { TypedValue = split.Lid }, new NpgsqlParameter<string> { TypedValue = split.Phone });
            await batch.ExecuteNonQueryAsync(cancellation);
            if (givingUp is not null) folded += (long)givingUp.RecordsAffected;

            NpgsqlBatchCommand Add(string sql) => batch.Add(sql, Column(Array.ConvertAll(moves, move => move.Message)), Column(Array.ConvertAll(moves, move => move.Home)));
        }
        return (touched, folded);
    }

    private static async Task<(long Message, long Home)[]> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, SinkEntry.Split split, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(MessagesOut, connection, transaction);
        command.Parameters.Add(Column(new[] { split.FromId }));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(long, long)>();
        while (await rows.ReadAsync(cancellation)) found.Add((rows.GetInt64(0), rows.GetInt64(1)));
        return [.. found];
    }
}
