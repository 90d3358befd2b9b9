using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Sink;

/// <summary>
/// Keeps the counters of conversations. <c>message_count</c> counts rows; <c>last_message_at</c> is the newest time of sending;
/// <c>unread_count</c> counts received messages sent after the newest message of the business (an answer means that what came before
/// was read). A message without a time of sending counts as a message and moves nothing else. A newer message opens a closed conversation
/// again and makes its summary stale.
/// </summary>
internal static class RollUps
{
    // Only rows that are really new are given here, so a repetition cannot count twice. When the business has written meanwhile, what
    // came after is counted in the index of time; that is short, because it is what came after the newest message of the business.
    private const string NewMessagesCount = """
        UPDATE whatsapp_conversation c
           SET message_count = c.message_count + n.messages,
               is_open = c.is_open OR COALESCE(n.newest > COALESCE(c.last_message_at, '-infinity'), false),
               summary_created = c.summary_created AND NOT COALESCE(n.newest > COALESCE(c.last_message_at, '-infinity'), false),
               last_message_at = GREATEST(c.last_message_at, n.newest),
               last_business_at = GREATEST(c.last_business_at, n.newest_of_business),
               unread_count = CASE
                 WHEN n.newest_of_business > COALESCE(c.last_business_at, '-infinity')
                 THEN (SELECT count(*) FROM whatsapp_message m WHERE m.conversation_id = c.id AND NOT m.from_me AND m.sent_at > n.newest_of_business)
                 ELSE c.unread_count + (SELECT count(*) FROM unnest(n.received) AS r (at) WHERE r.at > COALESCE(c.last_business_at, '-infinity'))
               END
          FROM (SELECT conversation_id, count(*) AS messages, max(sent_at) AS newest, max(sent_at) FILTER (WHERE from_me) AS newest_of_business,
                       array_agg(sent_at) FILTER (WHERE NOT from_me) AS received
                  FROM unnest($1::bigint[], $2::boolean[], $3::timestamptz[]) AS i (conversation_id, from_me, sent_at)
                 GROUP BY conversation_id
                 ORDER BY conversation_id) n
         WHERE c.id = n.conversation_id
        """;

    private const string EverythingIsCountedAgain = """
        UPDATE whatsapp_conversation c
           SET message_count = s.messages, last_message_at = s.newest, last_business_at = s.newest_of_business,
               unread_count = (SELECT count(*) FROM whatsapp_message m
                                WHERE m.conversation_id = c.id AND NOT m.from_me AND m.sent_at > COALESCE(s.newest_of_business, '-infinity'))
          FROM unnest($1::bigint[]) AS k (id)
          CROSS JOIN LATERAL (SELECT count(*) AS messages, max(m.sent_at) AS newest, max(m.sent_at) FILTER (WHERE m.from_me) AS newest_of_business
                                FROM whatsapp_message m WHERE m.conversation_id = k.id) s
         WHERE c.id = k.id
        """;

    /// <summary>Adds the counting.</summary>
    /// <param name="batch">Statements to come after the rows.</param>
    /// <param name="inserted">Rows that are new.</param>
    /// <param name="recount">Conversations in which rows have moved or changed their time: these are counted from the rows.</param>
    public static void Add(NpgsqlBatch batch, IEnumerable<MessageRow> inserted, IReadOnlySet<long> recount)
    {
        MessageRow[] rows = [.. inserted.Where(row => !recount.Contains(row.ConversationId))];
        if (rows.Length > 0)
            batch.Add(NewMessagesCount,
                Column(Array.ConvertAll(rows, row => row.ConversationId)),
                Column(Array.ConvertAll(rows, row => row.FromMe)),
                Column(Array.ConvertAll(rows, row => row.SentAt)));
        if (recount.Count > 0)
            batch.Add(EverythingIsCountedAgain, Column(recount.Order().ToArray()));
    }
}
