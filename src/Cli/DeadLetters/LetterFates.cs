using Npgsql;
using NpgsqlTypes;
using Pipeline.Streaming;

namespace Pipeline.Cli.DeadLetters;

/// <summary>What has become of dead letters: the table <c>dead_letter_fate</c>, because Kafka cannot delete a single record.</summary>
internal sealed class LetterFates(NpgsqlDataSource database)
{
    /// <summary>Sent back to the stage that refused it.</summary>
    public const string Redriven = "redriven";

    /// <summary>Given up.</summary>
    public const string Discarded = "discarded";

    // One operator at a time: two would send the same letters back twice. Harmless, but nobody's intention.
    private const string OneAtATime = "SELECT pg_try_advisory_lock(hashtextextended('pipeline.dlq.' || current_schema(), 0))";
    private const string Settled = "SELECT topic, partition, letter_offset, written_at FROM dead_letter_fate WHERE topic = ANY($1)";

    private const string FateIsWrittenOnce = """
        INSERT INTO dead_letter_fate (topic, partition, letter_offset, written_at, fate, by)
        SELECT t, p, o, w, $5, $6 FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::timestamptz[]) AS k (t, p, o, w)
            ON CONFLICT DO NOTHING
        """;

    private readonly HashSet<(Position, DateTimeOffset)> settled = [];

    /// <summary>Keeps other operators out until the connection is closed.</summary>
    /// <exception cref="PipelineException">One is at it.</exception>
    public async Task<NpgsqlConnection> LockAsync(CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(OneAtATime, connection);
        if (await command.ExecuteScalarAsync(cancellation) is true) return connection;
        await connection.DisposeAsync();
        throw new PipelineException("Another redrive or discard is under way.", "Wait until it has ended.");
    }

    /// <summary>Reads what has been settled of some dead-letter topics.</summary>
    public async Task LoadAsync(IReadOnlyList<string> topics, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Settled);
        command.Parameters.Add(Column(topics.ToArray(), NpgsqlDbType.Text));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) settled.Add((new Position(rows.GetString(0), rows.GetInt32(1), rows.GetInt64(2)), rows.GetFieldValue<DateTimeOffset>(3)));
    }

    /// <summary>Whether a letter has been sent back or given up.</summary>
    public bool IsSettled(StoredRecord letter) => settled.Contains((letter.Position, letter.Timestamp));

    /// <summary>Remembers what has become of letters.</summary>
    public async Task SettleAsync(IReadOnlyList<Letter> letters, string fate, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FateIsWrittenOnce);
        command.Parameters.Add(Column(letters.Select(one => one.Position.Topic).ToArray(), NpgsqlDbType.Text));
        command.Parameters.Add(Column(letters.Select(one => one.Position.Partition).ToArray(), NpgsqlDbType.Integer));
        command.Parameters.Add(Column(letters.Select(one => one.Position.Offset).ToArray(), NpgsqlDbType.Bigint));
        command.Parameters.Add(Column(letters.Select(one => one.Record.Timestamp).ToArray(), NpgsqlDbType.TimestampTz));
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = fate });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Environment.UserName });
        await command.ExecuteNonQueryAsync(cancellation);
        foreach (var letter in letters) settled.Add((letter.Position, letter.Record.Timestamp));
    }

    private static NpgsqlParameter Column<T>(T[] values, NpgsqlDbType type) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}
