using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Sink;

/// <summary>Writes messages. Each is one row, however often and in whatever state it arrives.</summary>
internal static class MessageWriter
{
    private const string NewMessagesAreStored = """
        INSERT INTO whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_phone, peer_lid, peer_source,
                                      author_phone, author_lid, author_source, push_name, type, body, status, sent_at, undecryptable,
                                      peer_field, author_field, raw_partition, raw_offset, peer_address)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::uuid[], $6::boolean[], $7::text[], $8::text[], $9::text[],
                             $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::smallint[], $17::timestamptz[], $18::boolean[],
                             $19::text[], $20::text[], $21::integer[], $22::bigint[], $23::text[])
            ON CONFLICT (business_id, conversation_id, author_key, message_id) DO NOTHING
        RETURNING event_id
        """;

    private static readonly string StoredMessagesOnlyGetBetter = $"""
        UPDATE whatsapp_message m SET {MessageSql.TakesTheBest}
          FROM (SELECT o.id, o.sent_at AS sent_before, {MessageSql.BestOfBoth}
                  FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::uuid[], $6::boolean[], $7::text[], $8::text[], $9::text[],
                              $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::smallint[], $17::timestamptz[], $18::boolean[],
                              $19::text[], $20::text[], $21::integer[], $22::bigint[], $23::text[])
                       AS n (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_phone, peer_lid, peer_source,
                             author_phone, author_lid, author_source, push_name, type, body, status, sent_at, undecryptable,
                             peer_field, author_field, raw_partition, raw_offset, peer_address)
                  JOIN whatsapp_message o ON o.business_id = n.business_id AND o.conversation_id = n.conversation_id
                                         AND o.author_key = n.author_key AND o.message_id = n.message_id) b
         WHERE m.id = b.id AND {MessageSql.IsNotTheBestYet}
        RETURNING m.conversation_id, b.sent_before IS DISTINCT FROM m.sent_at
        """;

    /// <summary>Adds the insert. It answers with the event ids of the rows that are new.</summary>
    public static void AddNew(NpgsqlBatch batch, IReadOnlyList<MessageRow> rows) => batch.Add(NewMessagesAreStored, Columns([.. rows]));

    /// <summary>Brings stored rows up to what the given copies know.</summary>
    /// <returns>Conversations in which a time of sending has changed: their roll-ups have to be counted again.</returns>
    public static async Task<HashSet<long>> ImproveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, MessageRow[] copies, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(StoredMessagesOnlyGetBetter, Columns(copies));
        var moved = new HashSet<long>();
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            if (rows.GetBoolean(1)) moved.Add(rows.GetInt64(0));
        return moved;
    }

    private static NpgsqlParameter[] Columns(MessageRow[] rows) =>
    [
        Column(Array.ConvertAll(rows, row => row.BusinessId)),
        Column(Array.ConvertAll(rows, row => row.ConversationId)),
        Column(Array.ConvertAll(rows, row => row.MessageId)),
        Column(Array.ConvertAll(rows, row => row.AuthorKey)),
        Column(Array.ConvertAll(rows, row => row.EventId)),
        Column(Array.ConvertAll(rows, row => row.FromMe)),
        Column(Array.ConvertAll(rows, row => row.Peer.Phone)),
        Column(Array.ConvertAll(rows, row => row.Peer.Lid)),
        Column(Array.ConvertAll(rows, row => row.Peer.Source)),
        Column(Array.ConvertAll(rows, row => row.Author.Phone)),
        Column(Array.ConvertAll(rows, row => row.Author.Lid)),
        Column(Array.ConvertAll(rows, row => row.Author.Source)),
        Column(Array.ConvertAll(rows, row => row.PushName)),
        Column(Array.ConvertAll(rows, row => row.Type)),
        Column(Array.ConvertAll(rows, row => row.Body)),
        Column(Array.ConvertAll(rows, row => row.Status)),
        Column(Array.ConvertAll(rows, row => row.SentAt)),
        Column(Array.ConvertAll(rows, row => row.Undecryptable)),
        Column(Array.ConvertAll(rows, row => row.Peer.Field)),
        Column(Array.ConvertAll(rows, row => row.Author.Field)),
        Column(Array.ConvertAll(rows, row => row.Raw?.Partition)),
        Column(Array.ConvertAll(rows, row => row.Raw?.Offset)),
        Column(Array.ConvertAll(rows, row => row.PeerAddress)),
    ];
}
