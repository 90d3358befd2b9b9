using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Storage;
using Pipeline.Streaming;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Sink;

/// <summary>
/// The next offset of each partition, in the table <c>sink_offset</c>, moved by compare-and-set in the transaction of the rows it stands
/// for. Whoever moves it holds its row to the end of the transaction, so of two processes that hold the same partition for a moment only
/// one has an effect.
/// </summary>
internal sealed class SinkPositions
{
    private const string StoredPositions = """
        SELECT o.topic, o.partition, o.next_offset
          FROM unnest($1::text[], $2::integer[]) AS k (topic, partition)
          JOIN sink_offset o USING (topic, partition)
        """;

    private const string PositionsMoveOnlyFromWhereExpected = """
        UPDATE sink_offset o SET next_offset = n.next_offset
          FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[]) AS n (topic, partition, expected, next_offset)
         WHERE o.topic = n.topic AND o.partition = n.partition AND o.next_offset = n.expected
        """;

    private const string PositionsMoveBackTogether = """
        WITH moves AS (SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[]) AS n (topic, partition, expected, next_offset)),
             found AS (SELECT m.* FROM moves m JOIN sink_offset o ON o.topic = m.topic AND o.partition = m.partition AND o.next_offset = m.expected FOR UPDATE OF o)
        UPDATE sink_offset o SET next_offset = f.next_offset
          FROM found f
         WHERE o.topic = f.topic AND o.partition = f.partition AND (SELECT count(*) FROM found) = (SELECT count(*) FROM moves)
        """;

    private const string FirstPositionsAreStoredOnce = """
        INSERT INTO sink_offset (topic, partition, next_offset)
        SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])
            ON CONFLICT (topic, partition) DO NOTHING
        """;

    private readonly ConcurrentDictionary<(string Topic, int Partition), long> expected = new();

    /// <summary>Reads what is stored, which is from then on what this process expects to find.</summary>
    public async Task<IReadOnlyList<Position>> LoadAsync(NpgsqlDataSource database, IReadOnlyList<Position> partitions, CancellationToken cancellation)
    {
        var stored = new List<Position>();
        await using (var command = database.CreateCommand(StoredPositions))
        {
            command.Parameters.Add(Column(partitions.Select(position => position.Topic).ToArray()));
            command.Parameters.Add(Column(partitions.Select(position => position.Partition).ToArray()));
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation)) stored.Add(new Position(rows.GetString(0), rows.GetInt32(1), rows.GetInt64(2)));
        }

        foreach (var position in partitions) expected.TryRemove((position.Topic, position.Partition), out _);
        Expect(stored);
        return stored;
    }

    /// <summary>See <see cref="IOwnPositions.MoveBackAsync"/>.</summary>
    public static async Task<bool> MoveBackAsync(NpgsqlDataSource database, IReadOnlyList<(Position Stored, long To)> moves, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PositionsMoveBackTogether);
        command.Parameters.Add(Column(moves.Select(move => move.Stored.Topic).ToArray()));
        command.Parameters.Add(Column(moves.Select(move => move.Stored.Partition).ToArray()));
        command.Parameters.Add(Column(moves.Select(move => move.Stored.Offset).ToArray()));
        command.Parameters.Add(Column(moves.Select(move => move.To).ToArray()));
        return await command.ExecuteNonQueryAsync(cancellation) == moves.Count;
    }

    /// <summary>Adds the compare-and-set to a transaction.</summary>
    /// <returns>Whether it has moved every position; to be asked when the batch has been run.</returns>
    public Func<bool> AddMove(NpgsqlBatch batch, IReadOnlyList<Position> next)
    {
        // In one order for everybody, so that two processes wait for each other and never in a circle.
        var known = new List<(Position Next, long Expected)>();
        var first = new List<Position>();
        foreach (var position in next.OrderBy(position => position.Topic, StringComparer.Ordinal).ThenBy(position => position.Partition))
        {
            if (expected.TryGetValue((position.Topic, position.Partition), out var from)) known.Add((position, from));
            else first.Add(position);
        }

        var moves = new List<(NpgsqlBatchCommand Command, int Count)>();
        if (known.Count > 0)
        {
            batch.Add(PositionsMoveOnlyFromWhereExpected,
                Column(known.Select(one => one.Next.Topic).ToArray()),
                Column(known.Select(one => one.Next.Partition).ToArray()),
                Column(known.Select(one => one.Expected).ToArray()),
                Column(known.Select(one => one.Next.Offset).ToArray()));
            moves.Add((batch.BatchCommands[^1], known.Count));
        }
        if (first.Count > 0)
        {
            batch.Add(FirstPositionsAreStoredOnce,
                Column(first.Select(one => one.Topic).ToArray()),
                Column(first.Select(one => one.Partition).ToArray()),
                Column(first.Select(one => one.Offset).ToArray()));
            moves.Add((batch.BatchCommands[^1], first.Count));
        }
        return () => moves.TrueForAll(move => move.Command.RecordsAffected == move.Count);
    }

    /// <summary>Notes what has been stored.</summary>
    public void Expect(IReadOnlyList<Position> stored)
    {
        foreach (var position in stored) expected[(position.Topic, position.Partition)] = position.Offset;
    }
}
