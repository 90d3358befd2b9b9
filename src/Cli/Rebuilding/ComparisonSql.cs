using System.Globalization;

namespace Pipeline.Cli.Rebuilding;

/// <summary>
/// The statements of <see cref="Comparison"/>. Temporary tables: <c>d_message_*</c> and <c>d_conversation_*</c> (each side), <c>d_pair</c> (the
/// same message on both), <c>d_lone</c> (on one side only; <c>copy_in</c> is set when the other side has folded it into a copy), <c>d_edge</c>
/// (a live and a rebuilt conversation with messages in common; it <c>stays</c> when neither shares more with another), <c>d_finding</c>.
/// </summary>
internal static class ComparisonSql
{
    /// <summary>Everything, in order.</summary>
    public static IEnumerable<string> Of(RebuildPlaces places, string positions, long? business)
    {
        var only = business is { } id ? string.Create(CultureInfo.InvariantCulture, $"= {id}") : "IS NOT NULL";
        yield return $"CREATE TEMP TABLE d_end ON COMMIT DROP AS SELECT * FROM (VALUES {positions}) AS p (partition, live, rebuilt)";
        foreach (var sql in Side("live", places.LiveSchema, other: "rebuilt", only).Concat(Side("rebuilt", places.Schema, other: "live", only))) yield return sql;
        yield return Pairs;
        yield return "ANALYZE d_pair";
        yield return Lone;
        yield return Updates(places, only);
        yield return Edges;
        yield return "ANALYZE d_edge";
        yield return "CREATE TEMP TABLE d_finding (what text, business_id bigint, live text, rebuilt text, detail text, n bigint) ON COMMIT DROP";
        foreach (var finding in Conversations.Concat(Messages).Concat(People(places, only))) yield return "INSERT INTO d_finding " + finding;
    }

    private static IEnumerable<string> Side(string side, string schema, string other, string only)
    {
        yield return $"""
            CREATE TEMP TABLE d_conversation_{side} ON COMMIT DROP AS
            SELECT c.business_id, c.id, c.canonical_key AS key, c.kind, COALESCE(p.merged_into, p.lead_id) AS person, s.phone_e164::text AS phone,
                   l.display_name AS name, c.lead_id IS NOT NULL AS is_lead, c.message_count, c.unread_count, c.last_message_at
              FROM {schema}.whatsapp_conversation c
              LEFT JOIN {schema}.conversation_list l ON l.conversation_id = c.id
              LEFT JOIN {schema}.person p ON p.business_id = c.business_id AND p.lead_id = c.person_id
              LEFT JOIN {schema}.person s ON s.business_id = c.business_id AND s.lead_id = COALESCE(p.merged_into, p.lead_id)
             WHERE c.merged_into IS NULL AND c.business_id {only}
            """;
        yield return $"CREATE UNIQUE INDEX ON d_conversation_{side} (id)";
        // Not yet compared is what the other side has not read.
        yield return $"""
            CREATE TEMP TABLE d_message_{side} ON COMMIT DROP AS
            SELECT m.business_id, m.event_id, m.id, COALESCE(c.merged_into, c.id, -m.id) AS conversation, m.message_id, m.from_me, COALESCE(m.sent_at, '-infinity') AS at,
                   md5(ROW(m.type, m.body, m.status, m.edited_at, m.revoked, m.undecryptable)::text) AS state, (m.raw_offset >= e.{other}) IS TRUE AS is_newer
              FROM {schema}.whatsapp_message m
              LEFT JOIN {schema}.whatsapp_conversation c ON c.id = m.conversation_id
              LEFT JOIN d_end e ON e.partition = m.raw_partition
             WHERE m.business_id {only}
            """;
        yield return $"CREATE INDEX ON d_message_{side} (business_id, message_id)";
        yield return $"ANALYZE d_conversation_{side}, d_message_{side}";
    }

    // By the event that brought it; else, where another copy gave the row its event, by what WhatsApp calls it.
    private const string Pairs = """
        CREATE TEMP TABLE d_pair ON COMMIT DROP AS
        WITH same AS MATERIALIZED (
          SELECT l.business_id, l.id AS live, r.id AS rebuilt FROM d_message_live l JOIN d_message_rebuilt r USING (business_id, event_id)),
        l AS (SELECT m.*, row_number() OVER (PARTITION BY business_id, message_id, from_me, at ORDER BY id) AS nth FROM d_message_live m
               WHERE NOT EXISTS (SELECT FROM same WHERE same.live = m.id)),
        r AS (SELECT m.*, row_number() OVER (PARTITION BY business_id, message_id, from_me, at ORDER BY id) AS nth FROM d_message_rebuilt m
               WHERE NOT EXISTS (SELECT FROM same WHERE same.rebuilt = m.id))
        SELECT * FROM same
        UNION ALL
        SELECT business_id, l.id, r.id FROM l JOIN r USING (business_id, message_id, from_me, at, nth)
        """;

    private const string Lone = """
        CREATE TEMP TABLE d_lone ON COMMIT DROP AS
        SELECT 'live' AS side, m.business_id, m.id, m.conversation, m.message_id, m.is_newer,
               (SELECT min(o.conversation) FROM d_message_rebuilt o WHERE (o.business_id, o.message_id, o.from_me, o.at) = (m.business_id, m.message_id, m.from_me, m.at)) AS copy_in
          FROM d_message_live m WHERE NOT EXISTS (SELECT FROM d_pair p WHERE p.live = m.id)
        UNION ALL
        SELECT 'rebuilt', m.business_id, m.id, m.conversation, m.message_id, m.is_newer,
               (SELECT min(o.conversation) FROM d_message_live o WHERE (o.business_id, o.message_id, o.from_me, o.at) = (m.business_id, m.message_id, m.from_me, m.at))
          FROM d_message_rebuilt m WHERE NOT EXISTS (SELECT FROM d_pair p WHERE p.rebuilt = m.id)
        """;

    // Author keys are left out: in groups they are whichever address was known when the update passed.
    private static string Updates(RebuildPlaces places, string only)
    {
        return $"""
            CREATE TEMP TABLE d_update ON COMMIT DROP AS
            SELECT business_id, event_id, l.conversation AS live, r.conversation AS rebuilt, COALESCE(l.target_id, r.target_id) AS target,
                   l.target_id IS NULL OR r.target_id IS NULL OR (l.target_id, l.target_from_me, l.change, l.reaction, l.body, l.status, l.at)
                                                 IS DISTINCT FROM (r.target_id, r.target_from_me, r.change, r.reaction, r.body, r.status, r.at) AS differs
              FROM ({Of(places.LiveSchema)}) l FULL JOIN ({Of(places.Schema)}) r USING (business_id, event_id)
            """;

        string Of(string schema) => $"""
            SELECT u.*, COALESCE(c.merged_into, c.id) AS conversation
              FROM {schema}.whatsapp_message_update u LEFT JOIN {schema}.whatsapp_conversation c ON c.id = u.conversation_id WHERE u.business_id {only}
            """;
    }

    private const string Edges = """
        CREATE TEMP TABLE d_edge ON COMMIT DROP AS
        WITH common AS (
          SELECT l.business_id, l.conversation AS live, r.conversation AS rebuilt, 1 AS messages
            FROM d_pair p JOIN d_message_live l ON l.id = p.live JOIN d_message_rebuilt r ON r.id = p.rebuilt
          UNION ALL SELECT business_id, conversation, copy_in, 1 FROM d_lone WHERE side = 'live' AND copy_in IS NOT NULL
          UNION ALL SELECT business_id, copy_in, conversation, 1 FROM d_lone WHERE side = 'rebuilt' AND copy_in IS NOT NULL
          UNION ALL SELECT business_id, live, rebuilt, 0 FROM d_update WHERE live IS NOT NULL AND rebuilt IS NOT NULL),
        edge AS (SELECT business_id, live, rebuilt, sum(messages) AS messages, count(*) AS all_told FROM common GROUP BY 1, 2, 3)
        SELECT business_id, live, rebuilt, messages,
               row_number() OVER (PARTITION BY live ORDER BY messages DESC, all_told DESC, rebuilt) = 1
                 AND row_number() OVER (PARTITION BY rebuilt ORDER BY messages DESC, all_told DESC, live) = 1 AS stays,
               count(*) OVER (PARTITION BY live) AS live_parts, count(*) OVER (PARTITION BY rebuilt) AS rebuilt_parts
          FROM edge
        """;

    private const string Keyed = """
        d_edge e LEFT JOIN d_conversation_live l ON l.id = e.live LEFT JOIN d_conversation_rebuilt r ON r.id = e.rebuilt
        """;

    // n counts the messages that would be in other company.
    private static readonly string[] Conversations =
    [
        $"""
        SELECT 'merged', e.business_id, string_agg(l.key, ' + ' ORDER BY e.live), r.key, NULL, COALESCE(sum(e.messages) FILTER (WHERE NOT e.stays), 0)
          FROM {Keyed} WHERE e.rebuilt_parts > 1 GROUP BY e.business_id, e.rebuilt, r.key
        """,
        $"""
        SELECT 'split', e.business_id, l.key, string_agg(r.key, ' + ' ORDER BY e.rebuilt), NULL, COALESCE(sum(e.messages) FILTER (WHERE NOT e.stays), 0)
          FROM {Keyed} WHERE e.live_parts > 1 GROUP BY e.business_id, e.live, l.key
        """,
        $"SELECT 'phone', e.business_id, l.key, r.key, COALESCE(l.phone, 'none') || ' → ' || COALESCE(r.phone, 'none'), e.messages FROM {Keyed} WHERE e.stays AND l.phone IS DISTINCT FROM r.phone",
        $"SELECT 'name', e.business_id, l.key, r.key, l.name || ' → ' || r.name, e.messages FROM {Keyed} WHERE e.stays AND l.name IS DISTINCT FROM r.name",
        $"SELECT 'lead', e.business_id, l.key, r.key, CASE WHEN l.is_lead THEN 'lead → no lead' ELSE 'no lead → lead' END, e.messages FROM {Keyed} WHERE e.stays AND l.kind = 'direct' AND l.is_lead <> r.is_lead",
        $"""
        SELECT 'counts', e.business_id, l.key, r.key, NULL, e.messages FROM {Keyed}
         WHERE e.stays AND e.live_parts = 1 AND e.rebuilt_parts = 1
           AND (l.message_count, l.unread_count, l.last_message_at) IS DISTINCT FROM (r.message_count, r.unread_count, r.last_message_at)
           AND NOT EXISTS (SELECT FROM d_lone o WHERE o.side = 'live' AND o.conversation = e.live) AND NOT EXISTS (SELECT FROM d_lone o WHERE o.side = 'rebuilt' AND o.conversation = e.rebuilt)
        """,
    ];

    private static readonly string[] Messages =
    [
        """
        SELECT 'missing', o.business_id, l.key, NULL, min(o.message_id), count(*) FROM d_lone o LEFT JOIN d_conversation_live l ON l.id = o.conversation
         WHERE o.side = 'live' AND o.copy_in IS NULL AND NOT o.is_newer GROUP BY 2, o.conversation, 3
        """,
        """
        SELECT 'extra', o.business_id, NULL, r.key, min(o.message_id), count(*) FROM d_lone o LEFT JOIN d_conversation_rebuilt r ON r.id = o.conversation
         WHERE o.side = 'rebuilt' AND o.copy_in IS NULL AND NOT o.is_newer GROUP BY 2, o.conversation, 4
        """,
        """
        SELECT 'copies', o.business_id, l.key, r.key, min(o.message_id), count(*) FROM d_lone o
          LEFT JOIN d_conversation_live l ON o.side = 'live' AND l.id = o.conversation LEFT JOIN d_conversation_rebuilt r ON o.side = 'rebuilt' AND r.id = o.conversation
         WHERE o.copy_in IS NOT NULL GROUP BY 2, 3, 4
        """,
        """
        SELECT 'state', l.business_id, c.key, k.key, min(l.message_id), count(*)
          FROM d_pair p JOIN d_message_live l ON l.id = p.live JOIN d_message_rebuilt r ON r.id = p.rebuilt
          LEFT JOIN d_conversation_live c ON c.id = l.conversation LEFT JOIN d_conversation_rebuilt k ON k.id = r.conversation
         WHERE l.state <> r.state GROUP BY 2, 3, 4
        """,
        """
        SELECT 'updates', u.business_id, l.key, r.key, min(u.target), count(*) FROM d_update u
          LEFT JOIN d_conversation_live l ON l.id = u.live LEFT JOIN d_conversation_rebuilt r ON r.id = u.rebuilt
         WHERE u.differs GROUP BY 2, 3, 4
        """,
    ];

    // People by their addresses, whether or not they have ever written.
    private static IEnumerable<string> People(RebuildPlaces places, string only)
    {
        var addresses = $"""
            (SELECT business_id, channel, external_id, l.lead_id AS live, r.lead_id AS rebuilt
               FROM (SELECT * FROM {places.LiveSchema}.contact_identities WHERE business_id {only}) l
               FULL JOIN (SELECT * FROM {places.Schema}.contact_identities WHERE business_id {only}) r USING (business_id, channel, external_id)) a
            """;
        yield return $"SELECT 'address', a.business_id, CASE WHEN a.live IS NOT NULL THEN a.external_id END, CASE WHEN a.rebuilt IS NOT NULL THEN a.external_id END, NULL, 0 FROM {addresses} WHERE a.live IS NULL OR a.rebuilt IS NULL";
        yield return $"SELECT 'joined', a.business_id, string_agg(DISTINCT a.live::text, ' + '), a.rebuilt::text, min(a.external_id), 0 FROM {addresses} WHERE a.live IS NOT NULL GROUP BY a.business_id, a.rebuilt HAVING a.rebuilt IS NOT NULL AND count(DISTINCT a.live) > 1";
        yield return $"SELECT 'parted', a.business_id, a.live::text, string_agg(DISTINCT a.rebuilt::text, ' + '), min(a.external_id), 0 FROM {addresses} WHERE a.rebuilt IS NOT NULL GROUP BY a.business_id, a.live HAVING a.live IS NOT NULL AND count(DISTINCT a.rebuilt) > 1";
        yield return $"""
            SELECT 'phone', a.business_id, 'person ' || a.live, 'person ' || min(a.rebuilt), COALESCE(l.phone_e164, 'none') || ' → ' || COALESCE(r.phone_e164, 'none'), 0
              FROM {addresses}
              JOIN {places.LiveSchema}.person l ON l.business_id = a.business_id AND l.lead_id = a.live
              JOIN {places.Schema}.person r ON r.business_id = a.business_id AND r.lead_id = a.rebuilt
             WHERE l.phone_e164 IS DISTINCT FROM r.phone_e164 AND NOT EXISTS (SELECT FROM d_conversation_live c WHERE c.business_id = a.business_id AND c.person = a.live)
             GROUP BY a.business_id, a.live, l.phone_e164, r.phone_e164
            """;
        yield return $"""
            SELECT 'mapping', business_id, l.phone_e164::text, r.phone_e164::text, lid, 0
              FROM (SELECT * FROM {places.LiveSchema}.lid_mappings WHERE business_id {only}) l
              FULL JOIN (SELECT * FROM {places.Schema}.lid_mappings WHERE business_id {only}) r USING (business_id, lid)
             WHERE l.phone_e164 IS DISTINCT FROM r.phone_e164
            """;
    }
}
