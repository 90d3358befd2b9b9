using Npgsql;
using Pipeline.Storage;

namespace Pipeline.Healing;

/// <summary>Links messages to their conversations, a batch in memory at a time.</summary>
internal sealed class MessageLinks(Transactions transactions, int batchSize, string senderColumn)
{
    private const string Link = """
        UPDATE whatsapp_message m SET conversation_id = c.id
          FROM unnest($2::bigint[], $3::bigint[]) AS w (id, conversation), whatsapp_conversation c
         WHERE m.id = w.id AND m.business_id = $1 AND m.conversation_id IS NULL AND c.id = w.conversation
        """;

    private const string SetAside = """
        INSERT INTO pipeline_backfill_unlinked (business_id, message_row_id, reason) SELECT $1, * FROM unnest($2::bigint[], $3::text[]) ON CONFLICT DO NOTHING
        """;

    private readonly string next = $"""
        SELECT m.id::bigint, COALESCE(m.from_me, false), m.{senderColumn}::text, m.to_number::text
          FROM whatsapp_message m
         WHERE m.business_id = $1 AND m.conversation_id IS NULL AND m.id > $2
           AND NOT EXISTS (SELECT FROM pipeline_backfill_unlinked u WHERE u.message_row_id = m.id)
         ORDER BY m.id LIMIT $3 FOR NO KEY UPDATE OF m
        """;

    /// <summary>Links everything of a business that has no conversation yet.</summary>
    /// <param name="business">The business.</param>
    /// <param name="people">Who is who.</param>
    /// <param name="conversationOf">The conversation that goes on; null when there is none.</param>
    /// <param name="onDone">Gets how many were looked at.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    /// <returns>How many were linked, and how many were set aside with a reason.</returns>
    public async Task<(long Linked, long SetAside)> LinkAsync(long business, People people, Func<Person, long?> conversationOf, Action<long> onDone, CancellationToken cancellation)
    {
        var (linked, aside, last) = (0L, 0L, 0L);
        while (true)
        {
            var done = await transactions.RunAsync(connection => LinkBatchAsync(connection, business, last, people, conversationOf, cancellation), cancellation);
            linked += done.Linked;
            aside += done.SetAside;
            last = done.Last;
            onDone(done.Read);
            if (done.Read < batchSize) return (linked, aside);
        }
    }

    private async Task<(long Read, long Linked, long SetAside, long Last)> LinkBatchAsync(
        NpgsqlConnection connection, long business, long last, People people, Func<Person, long?> conversationOf, CancellationToken cancellation)
    {
        var (ids, conversations) = (new List<long>(), new List<long>());
        var (asideIds, reasons) = (new List<long>(), new List<string?>());
        var read = 0;
        await using (var command = new NpgsqlCommand(next, connection))
        {
            foreach (var value in (long[])[business, last, batchSize]) command.Parameters.Add(Rows.Of(value));
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            for (; await rows.ReadAsync(cancellation); read++)
            {
                last = rows.GetInt64(0);
                var peer = people.PeerOf(rows.GetBoolean(1), rows.IsDBNull(2) ? null : rows.GetString(2), rows.IsDBNull(3) ? null : rows.GetString(3));
                if (!peer.HasConversation)
                {
                    asideIds.Add(last);
                    reasons.Add(peer.Kind == AddressKind.NoPerson ? "nobody one has a conversation with" : "address cannot be read");
                }
                // Somebody who wrote for the first time after the facts were read waits for the next pass.
                else if (people.WithAddress(peer) is { } person && conversationOf(person) is { } conversation)
                {
                    ids.Add(last);
                    conversations.Add(conversation);
                }
            }
        }
        var linked = await Rows.RunAsync(connection, Link, cancellation, Rows.Of(business), BatchStatements.Column(ids.ToArray()), BatchStatements.Column(conversations.ToArray()));
        if (asideIds.Count > 0) await Rows.RunAsync(connection, SetAside, cancellation, Rows.Of(business), BatchStatements.Column(asideIds.ToArray()), BatchStatements.Column(reasons.ToArray()));
        return (read, linked, asideIds.Count, last);
    }
}
