using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Sink;

/// <summary>
/// Gives stored messages of a LID, direct or in groups, the phone that was not known when they passed. Asked for when a phone is told or
/// taken away, and for every message that comes without one: the Resolver may have learned it while the message was on its way. So a message ends with the
/// same phone whichever of the two was first, and a replay finds nothing to add. The source of such a phone is <c>late</c>, for ever.
/// </summary>
/// <remarks>The same rules as the Resolver's, for the same messages: what an operator denies, and what has the digits of a LID, is no phone.</remarks>
internal static class LatePhones
{
    // The table outranks what was told: several phones may be stated of a LID, and it holds the best. A later answer of the resolve
    // endpoint is told a moment before it stands there. OFFSET 0 keeps the planner from reading the whole table of messages: almost always
    // there is none to be found, and the indexes say so at once.
    private const string MessagesWithoutTheirPhone = """
        SELECT f.id, max(f.peer_phone), max(f.peer_field), max(f.author_phone), max(f.author_field)
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS k (business_id, lid, phone)
          LEFT JOIN lid_mappings t ON t.business_id = k.business_id AND t.lid = k.lid
         CROSS JOIN LATERAL (SELECT COALESCE(t.phone_e164, k.phone)::text AS phone, CASE WHEN t.grade = 'quoted' THEN 'contextInfo.participant' ELSE 'lid_mappings' END AS field) b
         CROSS JOIN LATERAL (
               SELECT m.id, b.phone AS peer_phone, b.field AS peer_field, NULL AS author_phone, NULL AS author_field
                 FROM whatsapp_message m WHERE m.business_id = k.business_id AND m.peer_lid = k.lid AND m.peer_phone IS NULL
               UNION ALL
               SELECT m.id, NULL, NULL, b.phone, b.field
                 FROM whatsapp_message m WHERE m.business_id = k.business_id AND m.author_lid = k.lid AND m.author_phone IS NULL
               OFFSET 0) f
         WHERE b.phone IS NOT NULL AND substr(b.phone, 2) <> k.lid
           AND NOT EXISTS (SELECT FROM denied_pair d WHERE d.business_id = k.business_id AND d.lid = k.lid AND d.phone_e164 = b.phone AND d.denied)
           AND NOT EXISTS (SELECT FROM lid_mappings x WHERE x.business_id = k.business_id AND x.lid = substr(b.phone, 2) AND x.phone_e164 <> b.phone)
         GROUP BY f.id
        """;

    private const string TheyGetIt = """
        UPDATE whatsapp_message m
           SET peer_phone = COALESCE(m.peer_phone, k.peer_phone::e164), peer_field = COALESCE(k.peer_field, m.peer_field),
               peer_source = CASE WHEN k.peer_phone IS NULL THEN m.peer_source ELSE 'late' END,
               author_phone = COALESCE(m.author_phone, k.author_phone::e164), author_field = COALESCE(k.author_field, m.author_field),
               author_source = CASE WHEN k.author_phone IS NULL THEN m.author_source ELSE 'late' END
          FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) AS k (id, peer_phone, peer_field, author_phone, author_field)
         WHERE m.id = k.id
        """;

    /// <summary>Adds the statement that completes messages, if there are any to complete. After the batch's own messages have been stored.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> AddAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, NpgsqlBatch batch, SinkBatch rows, CancellationToken cancellation)
    {
        var lids = Asked(rows);
        if (lids.Count == 0) return 0;
        var found = new List<(long Id, string? PeerPhone, string? PeerField, string? AuthorPhone, string? AuthorField)>();
        await using (var look = new NpgsqlBatch(connection, transaction))
        {
            look.Add(MessagesWithoutTheirPhone,
                Column([.. lids.Keys.Select(key => key.BusinessId)]),
                Column([.. lids.Keys.Select(key => key.Lid)]),
                Column([.. lids.Values]));
            await using var row = await look.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation)) found.Add((row.GetInt64(0), Text(row, 1), Text(row, 2), Text(row, 3), Text(row, 4)));
        }
        if (found.Count > 0)
            batch.Add(TheyGetIt,
                Column([.. found.Select(one => one.Id)]),
                Column([.. found.Select(one => one.PeerPhone)]),
                Column([.. found.Select(one => one.PeerField)]),
                Column([.. found.Select(one => one.AuthorPhone)]),
                Column([.. found.Select(one => one.AuthorField)]));
        return found.Count;
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    // Each LID with the phone that was told last, if one was.
    private static Dictionary<(long BusinessId, string Lid), string?> Asked(SinkBatch rows)
    {
        var lids = new Dictionary<(long, string), string?>();
        foreach (var learned in rows.Learned) lids[(learned.BusinessId, learned.Lid)] = learned.Phone;
        // What has lost a denied phone gets the next best, if there is one.
        foreach (var split in rows.Splits) lids.TryAdd((split.BusinessId, split.Lid), null);
        foreach (var row in rows.Messages)
        {
            if (row.Peer is { Phone: null, Lid: { } peer }) lids.TryAdd((row.BusinessId, peer), null);
            if (row.Author is { Phone: null, Lid: { } author }) lids.TryAdd((row.BusinessId, author), null);
        }
        return lids;
    }
}
