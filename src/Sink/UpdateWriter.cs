using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Sink;

/// <summary>
/// Writes what happened to messages, and applies it. An update is kept for good, so it does not matter whether it or its message comes
/// first: whichever is stored second finds the other, and the message's fate is worked out from all its updates.
/// </summary>
internal static class UpdateWriter
{
    private const string UpdatesAreKept = """
        INSERT INTO whatsapp_message_update (business_id, event_id, conversation_id, target_id, target_from_me, change, author_key, reaction, body, status, at, peer_address)
        SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[], $9::text[], $10::smallint[], $11::timestamptz[], $12::text[])
            ON CONFLICT (business_id, event_id) DO NOTHING
        """;

    private const string UpdatesOfMessages = """
        SELECT u.*
          FROM unnest($1::bigint[], $2::text[]) AS k (conversation_id, message_id)
          JOIN whatsapp_message_update u ON u.conversation_id = k.conversation_id AND u.target_id = k.message_id
        """;

    private const string UpdatesOfConversations = "SELECT u.* FROM whatsapp_message_update u WHERE u.conversation_id = ANY($1)";

    // An edit is its author's; a deletion for everyone too, except that in groups an administrator may do it (WhatsApp has checked that he is one).
    private const string MessagesMeetTheirFate = """
           , fate AS (
          SELECT m.id,
                 (array_agg(u.status ORDER BY status_rank(u.status) DESC) FILTER (WHERE u.change = 'receipt' AND u.status IS NOT NULL))[1] AS status,
                 (array_agg(u.body ORDER BY u.at DESC NULLS LAST, u.event_id DESC)
                    FILTER (WHERE u.change = 'edit' AND u.body IS NOT NULL AND u.author_key = m.author_key))[1] AS body,
                 (array_agg(u.at ORDER BY u.at DESC NULLS LAST, u.event_id DESC)
                    FILTER (WHERE u.change = 'edit' AND u.body IS NOT NULL AND u.author_key = m.author_key))[1] AS edited_at,
                 COALESCE(bool_or(u.author_key = m.author_key OR u.author_key NOT IN ('business', 'peer') OR m.author_key NOT IN ('business', 'peer'))
                    FILTER (WHERE u.change = 'revoke'), false) AS revoked
            FROM told u
            JOIN whatsapp_message m ON m.conversation_id = u.conversation_id AND m.message_id = u.target_id AND m.from_me = u.target_from_me
           GROUP BY m.id)
        UPDATE whatsapp_message m
           SET status = CASE WHEN m.status IS NULL OR status_rank(f.status) > status_rank(m.status) THEN f.status ELSE m.status END,
               body = COALESCE(f.body, m.body), edited_at = COALESCE(f.edited_at, m.edited_at), revoked = m.revoked OR f.revoked
          FROM fate f
         WHERE m.id = f.id
           AND ((m.status IS NULL AND f.status IS NOT NULL) OR status_rank(f.status) > status_rank(m.status)
                OR (f.body IS NOT NULL AND f.body IS DISTINCT FROM m.body)
                OR (f.edited_at IS NOT NULL AND f.edited_at IS DISTINCT FROM m.edited_at)
                OR (f.revoked AND NOT m.revoked))
        """;

    private const string MessagesOfTheBatchMeetTheirFate = $"WITH told AS MATERIALIZED ({UpdatesOfMessages}) {MessagesMeetTheirFate}";

    private const string ReshapedConversationsMeetTheirFate = $"WITH told AS MATERIALIZED ({UpdatesOfConversations}) {MessagesMeetTheirFate}";

    /// <summary>Adds the insert.</summary>
    public static void AddNew(NpgsqlBatch batch, IReadOnlyList<UpdateRow> updates)
    {
        UpdateRow[] rows = [.. updates];
        batch.Add(UpdatesAreKept,
            Column(Array.ConvertAll(rows, row => row.BusinessId)),
            Column(Array.ConvertAll(rows, row => row.EventId)),
            Column(Array.ConvertAll(rows, row => row.ConversationId)),
            Column(Array.ConvertAll(rows, row => row.TargetId)),
            Column(Array.ConvertAll(rows, row => row.TargetFromMe)),
            Column(Array.ConvertAll(rows, row => row.Change)),
            Column(Array.ConvertAll(rows, row => row.AuthorKey)),
            Column(Array.ConvertAll(rows, row => row.Reaction)),
            Column(Array.ConvertAll(rows, row => row.Body)),
            Column(Array.ConvertAll(rows, row => row.Status)),
            Column(Array.ConvertAll(rows, row => row.At)),
            Column(Array.ConvertAll(rows, row => row.PeerAddress)));
    }

    /// <summary>Applies to every message the batch touched, as a message or as a target, all that is known of it.</summary>
    /// <param name="batch">Statements to come after the rows.</param>
    /// <param name="stored">The batch.</param>
    /// <param name="apart">Conversations that were taken apart, or got what was taken.</param>
    public static void AddFate(NpgsqlBatch batch, SinkBatch stored, IReadOnlySet<long> apart)
    {
        (long ConversationId, string MessageId)[] touched =
            [.. stored.Messages.Select(row => (row.ConversationId, row.MessageId)).Concat(stored.Updates.Select(row => (row.ConversationId, row.TargetId))).Distinct()];
        if (touched.Length > 0)
            batch.Add(MessagesOfTheBatchMeetTheirFate,
                Column(Array.ConvertAll(touched, one => one.ConversationId)), Column(Array.ConvertAll(touched, one => one.MessageId)));
        long[] reshaped = [.. stored.Moves.Values.Union(apart)];
        if (reshaped.Length > 0) batch.Add(ReshapedConversationsMeetTheirFate, Column(reshaped));
    }
}
