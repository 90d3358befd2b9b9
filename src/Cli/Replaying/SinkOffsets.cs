using Npgsql;
using NpgsqlTypes;
using Pipeline.Streaming;

namespace Pipeline.Cli.Replaying;

/// <summary>
/// The Sink's positions in Postgres, where they are the truth. Moved only while no Sink reads; one that has been forgotten finds that its
/// compare-and-set does not hold any more and loads them again.
/// </summary>
internal static class SinkOffsets
{
    private const string Stored = "SELECT partition, next_offset FROM sink_offset WHERE topic = $1";

    private const string StoredWhereAsked = """
        INSERT INTO sink_offset (topic, partition, next_offset)
        SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])
            ON CONFLICT (topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
        """;

    /// <summary>Where the Sink stands on a topic, by partition.</summary>
    public static async Task<IReadOnlyDictionary<int, long>> ReadAsync(NpgsqlDataSource database, string topic, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Stored);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = topic });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var stored = new Dictionary<int, long>();
        while (await rows.ReadAsync(cancellation)) stored.Add(rows.GetInt32(0), rows.GetInt64(1));
        return stored;
    }

    /// <summary>Moves it, all partitions or none.</summary>
    public static async Task MoveAsync(NpgsqlDataSource database, IReadOnlyList<Position> positions, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(StoredWhereAsked);
        // In the order in which the Sink takes them, so that the two wait for each other and never in a circle.
        var ordered = positions.OrderBy(position => position.Topic, StringComparer.Ordinal).ThenBy(position => position.Partition).ToArray();
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(ordered, one => one.Topic), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(ordered, one => one.Partition), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(ordered, one => one.Offset), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
