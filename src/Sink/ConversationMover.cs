using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Sink;

/// <summary>
/// Moves what was said in a conversation that ended to the one it became part of. Where both hold the same message, because it arrived
/// once under each address, one row stays with the best of both. Moving again moves nothing.
/// </summary>
internal static class ConversationMover
{
    private const string Moves = "unnest($1::bigint[], $2::bigint[]) AS k (absorbed, survivor)";

    private const string Clashes = $"""
        {Moves}
          JOIN whatsapp_message n ON n.conversation_id = k.absorbed
          JOIN whatsapp_message o ON o.conversation_id = k.survivor AND o.message_id = n.message_id AND o.author_key = n.author_key AND o.business_id = n.business_id
        """;

    private static readonly string SurvivingCopiesTakeTheBest = $"""
        UPDATE whatsapp_message m SET {MessageSql.TakesTheBest}
          FROM (SELECT o.id, {MessageSql.BestOfBoth} FROM {Clashes}) b
         WHERE m.id = b.id AND {MessageSql.IsNotTheBestYet}
        """;

    private const string OtherCopiesGo = $"DELETE FROM whatsapp_message m USING (SELECT n.id FROM {Clashes}) gone WHERE m.id = gone.id";

    private const string MessagesMove = $"UPDATE whatsapp_message m SET conversation_id = k.survivor FROM {Moves} WHERE m.conversation_id = k.absorbed";

    private const string UpdatesMove = $"UPDATE whatsapp_message_update u SET conversation_id = k.survivor FROM {Moves} WHERE u.conversation_id = k.absorbed";

    private const string Locked = "SELECT id FROM whatsapp_conversation WHERE id = ANY($1) ORDER BY id FOR UPDATE";

    /// <summary>
    /// Keeps everybody else from adding messages to these conversations until the transaction ends: a row that appeared between looking for
    /// copies and moving would be one. Somebody who has added some already is waited for; two who wait for each other begin again.
    /// </summary>
    public static async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<long> conversations, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Locked, connection, transaction);
        command.Parameters.Add(Column(conversations.Distinct().Order().ToArray()));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Adds the moves, each from a conversation that ended to one that goes on.</summary>
    /// <returns>The statements that give up copies.</returns>
    public static IReadOnlyList<NpgsqlBatchCommand> Add(NpgsqlBatch batch, IReadOnlyDictionary<long, long> moves)
    {
        // Two conversations that end in the same one may hold the same message: they move one after the other.
        var rounds = moves.GroupBy(move => move.Value)
            .SelectMany(survivor => survivor.OrderBy(move => move.Key).Select((move, round) => (round, move)))
            .GroupBy(one => one.round, one => one.move);
        var givingUp = new List<NpgsqlBatchCommand>();
        foreach (var round in rounds.OrderBy(round => round.Key))
        {
            Add(SurvivingCopiesTakeTheBest);
            givingUp.Add(Add(OtherCopiesGo));
            Add(MessagesMove);
            Add(UpdatesMove);

            NpgsqlBatchCommand Add(string sql) => batch.Add(sql, Column(round.Select(move => move.Key).ToArray()), Column(round.Select(move => move.Value).ToArray()));
        }
        return givingUp;
    }
}
