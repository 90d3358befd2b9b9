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
    // endpoint is told a moment before it stands there.
    private const string StoredMessagesGetTheirPhone = """
        WITH known AS (
          SELECT k.business_id, k.lid, COALESCE(t.phone_e164, k.phone::e164) AS phone,
                 CASE WHEN t.grade = 'quoted' THEN 'contextInfo.participant' ELSE 'lid_mappings' END AS field
            FROM unnest($1::bigint[], $2::text[], $3::text[]) AS k (business_id, lid, phone)
            LEFT JOIN lid_mappings t ON t.business_id = k.business_id AND t.lid = k.lid),
        believed AS (
          SELECT * FROM known k
           WHERE k.phone IS NOT NULL AND substr(k.phone, 2) <> k.lid
             AND NOT EXISTS (SELECT FROM denied_pair d WHERE d.business_id = k.business_id AND d.lid = k.lid AND d.phone_e164 = k.phone AND d.denied)
             AND NOT EXISTS (SELECT FROM lid_mappings x WHERE x.business_id = k.business_id AND x.lid = substr(k.phone, 2) AND x.phone_e164 <> k.phone)),
        late AS (
          SELECT m.id FROM believed k JOIN whatsapp_message m ON m.business_id = k.business_id AND m.peer_lid = k.lid AND m.peer_phone IS NULL
          UNION
          SELECT m.id FROM believed k JOIN whatsapp_message m ON m.business_id = k.business_id AND m.author_lid = k.lid AND m.author_phone IS NULL)
        UPDATE whatsapp_message m
           SET peer_phone = COALESCE(m.peer_phone, p.phone), peer_source = CASE WHEN p.phone IS NULL THEN m.peer_source ELSE 'late' END, peer_field = COALESCE(p.field, m.peer_field),
               author_phone = COALESCE(m.author_phone, a.phone), author_source = CASE WHEN a.phone IS NULL THEN m.author_source ELSE 'late' END, author_field = COALESCE(a.field, m.author_field)
          FROM late
          JOIN whatsapp_message o ON o.id = late.id
          LEFT JOIN believed p ON p.business_id = o.business_id AND p.lid = o.peer_lid AND o.peer_phone IS NULL
          LEFT JOIN believed a ON a.business_id = o.business_id AND a.lid = o.author_lid AND o.author_phone IS NULL
         WHERE m.id = late.id
        """;

    /// <summary>Adds the statement, if the batch asks for it.</summary>
    /// <returns>The statement, which knows how many messages it completed; null when nothing was asked.</returns>
    public static NpgsqlBatchCommand? Add(NpgsqlBatch batch, SinkBatch rows)
    {
        var lids = Asked(rows);
        return lids.Count == 0 ? null : batch.Add(StoredMessagesGetTheirPhone,
            Column([.. lids.Keys.Select(key => key.BusinessId)]),
            Column([.. lids.Keys.Select(key => key.Lid)]),
            Column([.. lids.Values]));
    }

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
