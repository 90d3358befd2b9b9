using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Healing.Importing;

/// <summary>Hands the pairs of an export to the backfill: its next run reads them beside all others.</summary>
public static class FoundMappings
{
    private const int PairsInAStatement = 5000;

    private const string NewPairsAreKept = """
        INSERT INTO pipeline_backfill_mapping (business_id, lid, phone_e164, source)
        SELECT $1, lid, phone, $4 FROM unnest($2::text[], $3::text[]) AS n (lid, phone)
            ON CONFLICT DO NOTHING
        """;

    /// <summary>Writes the pairs, in one transaction.</summary>
    /// <param name="database">The database of the older tables, in their schema.</param>
    /// <param name="business">Whose they are.</param>
    /// <param name="source">Which program's export said so.</param>
    /// <param name="list">What was found.</param>
    /// <param name="cancellation">Leaves the database as it was.</param>
    /// <returns>How many were new.</returns>
    public static async Task<long> WriteAsync(NpgsqlDataSource database, long business, ExportSource source, MergeList list, CancellationToken cancellation)
    {
        await Bookkeeping.CreateAsync(database, cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var written = 0L;
        foreach (var pairs in list.Pairs.OrderBy(pair => pair.Key.Digits, StringComparer.Ordinal).Chunk(PairsInAStatement))
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            var statement = batch.Add(NewPairsAreKept,
                new NpgsqlParameter<long> { TypedValue = business },
                Column(Array.ConvertAll(pairs, pair => pair.Key.Digits)),
                Column(Array.ConvertAll(pairs, pair => pair.Value.Phone.ToString())),
                new NpgsqlParameter<string> { TypedValue = source.ToString().ToLowerInvariant() });
            await batch.ExecuteNonQueryAsync(cancellation);
            written += (long)statement.Rows;
        }
        await transaction.CommitAsync(cancellation);
        return written;
    }
}
