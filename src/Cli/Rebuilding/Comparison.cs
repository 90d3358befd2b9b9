using System.Globalization;
using Npgsql;
using Pipeline.Streaming;

namespace Pipeline.Cli.Rebuilding;

/// <summary>
/// Compares the live tables with a rebuild inside a transaction, by meaning: messages are recognised by their event, conversations by the
/// messages in them, people by their addresses, and never by numbers that were given out. What it finds stays in temporary tables
/// (<see cref="ComparisonSql"/>) until the transaction ends.
/// </summary>
internal sealed class Comparison(NpgsqlConnection connection, NpgsqlTransaction transaction, RebuildPlaces places)
{
    private static readonly int Patience = (int)TimeSpan.FromMinutes(30).TotalSeconds;

    /// <summary>Compares.</summary>
    /// <param name="business">Only this one; null for all.</param>
    /// <param name="examples">How many of each kind are named, for each business.</param>
    /// <param name="live">How far the live Resolver has read.</param>
    /// <param name="rebuilt">How far the rebuild's has.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Differences> RunAsync(long? business, int examples, IReadOnlyList<PartitionLag> live, IReadOnlyList<PartitionLag> rebuilt, CancellationToken cancellation)
    {
        var ends = rebuilt.ToDictionary(lag => lag.Partition, lag => lag.Next);
        var positions = string.Join(", ", live.Select(lag => string.Create(CultureInfo.InvariantCulture, $"({lag.Partition}, {lag.Next}::bigint, {ends.GetValueOrDefault(lag.Partition)}::bigint)")).DefaultIfEmpty("(-1, 0::bigint, 0::bigint)"));
        await ExecuteAsync("SET LOCAL jit = off; SET LOCAL work_mem = '128MB'; SET LOCAL client_min_messages = warning", cancellation);
        foreach (var statement in ComparisonSql.Of(places, positions, business))
            await ExecuteAsync(statement, cancellation);

        var counts = await ReadAsync("SELECT what, business_id, count(*), sum(n)::bigint FROM d_finding GROUP BY 1, 2 ORDER BY 2, 1",
            row => new Difference(row.GetInt64(1), row.GetString(0), row.GetInt64(2), row.GetInt64(3)), cancellation);
        var named = await ReadAsync(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT what, business_id, live, rebuilt, detail, n
              FROM (SELECT *, row_number() OVER (PARTITION BY what, business_id ORDER BY n DESC, live, rebuilt, detail) AS nth FROM d_finding) f
             WHERE nth <= {examples} ORDER BY business_id, what, nth
            """), row => new Example(row.GetInt64(1), row.GetString(0), Text(row, 2), Text(row, 3), Text(row, 4), row.GetInt64(5)), cancellation);
        var totals = (await ReadAsync("""
            SELECT (SELECT count(*) FROM d_message_live), (SELECT count(*) FROM d_message_rebuilt),
                   (SELECT count(*) FROM d_conversation_live), (SELECT count(*) FROM d_conversation_rebuilt),
                   (SELECT count(DISTINCT business_id) FROM d_message_live), (SELECT count(*) FROM d_lone WHERE is_newer),
                   (SELECT count(*) FROM d_lone WHERE is_newer AND side = 'live' AND copy_in IS NULL)
            """, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)), cancellation))[0];

        return new Differences(
            counts, named, totals.Item1, totals.Item2, totals.Item3, totals.Item4, totals.Item5, totals.Item6, totals.Item7,
            live.Sum(lag => Math.Max(0, lag.Next - ends.GetValueOrDefault(lag.Partition))),
            live.Sum(lag => Math.Max(0, ends.GetValueOrDefault(lag.Partition) - lag.Next)));
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = Patience };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> of, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = Patience };
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new List<T>();
        while (await rows.ReadAsync(cancellation)) found.Add(of(rows));
        return found;
    }
}
