using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Sink;

/// <summary>
/// Finds out what the conversations of a batch are part of now. The ThreadLinker commits a merge before it announces it, so an event
/// that comes after the announcement never lands in the conversation that ended; what landed there before is moved by the announcement.
/// </summary>
internal static class ConversationReader
{
    private const string Survivors = """
        SELECT c.business_id, c.id, COALESCE(c.merged_into, c.id)
          FROM unnest($1::bigint[], $2::bigint[]) AS k (business_id, id)
          JOIN whatsapp_conversation c ON c.id = k.id AND c.business_id = k.business_id
        """;

    // A member of a group who is stored under another address than the one of this copy.
    private const string StoredAuthors = """
        SELECT k.row, m.author_key
          FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) AS k (row, conversation_id, message_id, author_key, phone, lid)
          JOIN whatsapp_message m ON m.conversation_id = k.conversation_id AND m.message_id = k.message_id
         WHERE m.author_key <> k.author_key AND NOT m.from_me AND (m.author_phone = k.phone OR m.author_lid = k.lid)
         ORDER BY k.row, m.id DESC
        """;

    public static void AddSurvivors(NpgsqlBatch batch, IReadOnlyCollection<(long BusinessId, long ConversationId)> named) =>
        batch.Add(Survivors,
            Column(named.Select(one => one.BusinessId).ToArray()),
            Column(named.Select(one => one.ConversationId).ToArray()));

    public static async Task<Dictionary<(long BusinessId, long ConversationId), long>> ReadSurvivorsAsync(NpgsqlDataReader rows, CancellationToken cancellation)
    {
        var survivors = new Dictionary<(long, long), long>();
        while (await rows.ReadAsync(cancellation)) survivors.Add((rows.GetInt64(0), rows.GetInt64(1)), rows.GetInt64(2));
        return survivors;
    }

    /// <summary>Lets copies of a group message meet although one names its author by LID and the other by phone.</summary>
    public static async Task FindStoredAuthorsAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, SinkBatch batch, CancellationToken cancellation)
    {
        int[] at = [.. batch.RowsOfGroups];
        if (at.Length == 0) return;
        var rows = Array.ConvertAll(at, one => batch.Messages[one]);
        await using var look = new NpgsqlBatch(connection, transaction);
        look.Add(StoredAuthors, Column(at),
            Column(Array.ConvertAll(rows, row => row.ConversationId)),
            Column(Array.ConvertAll(rows, row => row.MessageId)),
            Column(Array.ConvertAll(rows, row => row.AuthorKey)),
            Column(Array.ConvertAll(rows, row => row.Author.Phone)),
            Column(Array.ConvertAll(rows, row => row.Author.Lid)));
        await using var found = await look.ExecuteReaderAsync(cancellation);
        while (await found.ReadAsync(cancellation)) batch.Rename(found.GetInt32(0), found.GetString(1));
    }
}
