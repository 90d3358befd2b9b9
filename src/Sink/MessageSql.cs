namespace Pipeline.Sink;

/// <summary>The rules by which two copies of a message become one row, as SQL. The same rules as <see cref="MessageRow.And"/>.</summary>
internal static class MessageSql
{
    // True when the newer copy gives event and position: it has the content that the older lacks, or it lies earlier on `raw`. Where a
    // position is unknown the comparison is too, and the second half decides.
    private const string IsOrigin = """
        ((o.undecryptable AND NOT n.undecryptable) OR (o.undecryptable = n.undecryptable
          AND ((n.raw_partition, n.raw_offset) < (o.raw_partition, o.raw_offset) OR (o.raw_offset IS NULL AND n.raw_offset IS NOT NULL))))
        """;

    /// <summary>The columns of the better row, of an older copy <c>o</c> and a newer one <c>n</c>.</summary>
    public static readonly string BestOfBoth = $"""
        CASE WHEN {IsOrigin} THEN n.event_id ELSE o.event_id END AS event_id,
        CASE WHEN {IsOrigin} THEN n.raw_partition ELSE o.raw_partition END AS raw_partition,
        CASE WHEN {IsOrigin} THEN n.raw_offset ELSE o.raw_offset END AS raw_offset,
        CASE WHEN {IsOrigin} THEN COALESCE(n.peer_address, o.peer_address) ELSE COALESCE(o.peer_address, n.peer_address) END AS peer_address,
        {Party("peer")},
        {Party("author")},
        COALESCE(o.push_name, n.push_name) AS push_name,
        CASE WHEN o.undecryptable AND NOT n.undecryptable THEN n.type ELSE o.type END AS type,
        CASE WHEN o.undecryptable AND NOT n.undecryptable THEN n.body ELSE COALESCE(o.body, n.body) END AS body,
        CASE WHEN o.status IS NULL OR status_rank(n.status) > status_rank(o.status) THEN n.status ELSE o.status END AS status,
        LEAST(o.sent_at, n.sent_at) AS sent_at,
        o.undecryptable AND n.undecryptable AS undecryptable
        """;

    /// <summary>Takes the columns of <see cref="BestOfBoth"/> over from <c>b</c>.</summary>
    public const string TakesTheBest = """
        event_id = b.event_id, raw_partition = b.raw_partition, raw_offset = b.raw_offset, peer_address = b.peer_address,
        peer_phone = b.peer_phone, peer_lid = b.peer_lid, peer_source = b.peer_source, peer_field = b.peer_field,
        author_phone = b.author_phone, author_lid = b.author_lid, author_source = b.author_source, author_field = b.author_field,
        push_name = b.push_name, type = b.type, body = b.body, status = b.status, sent_at = b.sent_at, undecryptable = b.undecryptable
        """;

    /// <summary>True when that would change the row <c>m</c>: a repetition writes nothing.</summary>
    public const string IsNotTheBestYet = """
        (m.event_id, m.raw_partition, m.raw_offset, m.peer_address,
         m.peer_phone, m.peer_lid, m.peer_source, m.peer_field, m.author_phone, m.author_lid, m.author_source, m.author_field,
         m.push_name, m.type, m.body, m.status, m.sent_at, m.undecryptable)
        IS DISTINCT FROM
        (b.event_id, b.raw_partition, b.raw_offset, b.peer_address,
         b.peer_phone, b.peer_lid, b.peer_source, b.peer_field, b.author_phone, b.author_lid, b.author_source, b.author_field,
         b.push_name, b.type, b.body, b.status, b.sent_at, b.undecryptable)
        """;

    // The same rules as PartyColumns.And.
    private static string Party(string who)
    {
        var isNewer = $"(o.{who}_phone IS NULL OR (o.{who}_source = 'late' AND n.{who}_phone IS NOT NULL AND n.{who}_source <> 'late' AND NOT {IsLookedUp("n")}))";
        return $"""
            CASE WHEN {isNewer} THEN n.{who}_phone ELSE o.{who}_phone END AS {who}_phone,
            COALESCE(o.{who}_lid, n.{who}_lid) AS {who}_lid,
            CASE WHEN {isNewer} THEN {SourceOf("n", "o")} ELSE {SourceOf("o", "n")} END AS {who}_source,
            CASE WHEN {isNewer} THEN n.{who}_field ELSE o.{who}_field END AS {who}_field
            """;

        string SourceOf(string copy, string other) =>
            $"CASE WHEN {IsLookedUp(copy)} AND ({other}.{who}_source = 'late' OR ({other}.{who}_phone IS NULL AND {other}.{who}_lid IS NOT NULL)) THEN 'late' ELSE {copy}.{who}_source END";

        string IsLookedUp(string copy) => $"{copy}.{who}_source IN ('table', 'endpoint', 'quoted')";
    }
}
