namespace Pipeline.Sink;

/// <summary>The rules by which two copies of a message become one row, as SQL. The same rules as <see cref="MessageRow.And"/>.</summary>
internal static class MessageSql
{
    /// <summary>The columns of the better row, of an older copy <c>o</c> and a newer one <c>n</c>.</summary>
    public const string BestOfBoth = """
        COALESCE(o.peer_phone, n.peer_phone) AS peer_phone,
        COALESCE(o.peer_lid, n.peer_lid) AS peer_lid,
        CASE WHEN o.peer_phone IS NULL AND n.peer_phone IS NOT NULL THEN n.peer_source ELSE o.peer_source END AS peer_source,
        COALESCE(o.author_phone, n.author_phone) AS author_phone,
        COALESCE(o.author_lid, n.author_lid) AS author_lid,
        CASE WHEN o.author_phone IS NULL AND n.author_phone IS NOT NULL THEN n.author_source ELSE o.author_source END AS author_source,
        COALESCE(o.push_name, n.push_name) AS push_name,
        CASE WHEN o.undecryptable AND NOT n.undecryptable THEN n.type ELSE o.type END AS type,
        CASE WHEN o.undecryptable AND NOT n.undecryptable THEN n.body ELSE COALESCE(o.body, n.body) END AS body,
        CASE WHEN o.status IS NULL OR status_rank(n.status) > status_rank(o.status) THEN n.status ELSE o.status END AS status,
        LEAST(o.sent_at, n.sent_at) AS sent_at,
        o.undecryptable AND n.undecryptable AS undecryptable
        """;

    /// <summary>Takes the columns of <see cref="BestOfBoth"/> over from <c>b</c>.</summary>
    public const string TakesTheBest = """
        peer_phone = b.peer_phone, peer_lid = b.peer_lid, peer_source = b.peer_source,
        author_phone = b.author_phone, author_lid = b.author_lid, author_source = b.author_source,
        push_name = b.push_name, type = b.type, body = b.body, status = b.status, sent_at = b.sent_at, undecryptable = b.undecryptable
        """;

    /// <summary>True when that would change the row <c>m</c>: a repetition writes nothing.</summary>
    public const string IsNotTheBestYet = """
        (m.peer_phone, m.peer_lid, m.peer_source, m.author_phone, m.author_lid, m.author_source,
         m.push_name, m.type, m.body, m.status, m.sent_at, m.undecryptable)
        IS DISTINCT FROM
        (b.peer_phone, b.peer_lid, b.peer_source, b.author_phone, b.author_lid, b.author_source,
         b.push_name, b.type, b.body, b.status, b.sent_at, b.undecryptable)
        """;
}
