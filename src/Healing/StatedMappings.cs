using Npgsql;
using Pipeline.Storage;

namespace Pipeline.Healing;

/// <summary>Somebody's word that a LID has a phone.</summary>
/// <param name="Business">The business that knows it.</param>
/// <param name="Lid">The LID's digits.</param>
/// <param name="Phone">Canonical E.164.</param>
public readonly record struct StatedMapping(long Business, string Lid, string Phone);

/// <summary>Pairs from outside, kept in <c>pipeline_backfill_mapping</c>: every later run uses them.</summary>
public static class StatedMappings
{
    private const int BatchSize = 1000;

    private const string Add = """
        INSERT INTO pipeline_backfill_mapping (business_id, lid, phone_e164, source)
        SELECT DISTINCT business_id, lid, phone, $4 FROM unnest($1::bigint[], $2::text[], $3::text[]) AS p (business_id, lid, phone) ORDER BY 1, 2, 3
            ON CONFLICT DO NOTHING
        """;

    /// <summary>Keeps pairs; those that are known already stay as they are.</summary>
    /// <param name="database">Opened on the schema of the older tables.</param>
    /// <param name="mappings">The pairs.</param>
    /// <param name="source">What says so, for example <c>file</c>.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    /// <returns>How many are new.</returns>
    public static async Task<long> StoreAsync(NpgsqlDataSource database, IEnumerable<StatedMapping> mappings, string source, CancellationToken cancellation)
    {
        await Bookkeeping.CreateAsync(database, cancellation);
        long added = 0;
        foreach (var batch in mappings.Chunk(BatchSize))
        {
            await using var command = database.CreateCommand(Add);
            command.Parameters.Add(BatchStatements.Column([.. batch.Select(mapping => mapping.Business)]));
            command.Parameters.Add(BatchStatements.Column((string?[])[.. batch.Select(mapping => mapping.Lid)]));
            command.Parameters.Add(BatchStatements.Column((string?[])[.. batch.Select(mapping => mapping.Phone)]));
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
            added += await command.ExecuteNonQueryAsync(cancellation);
        }
        return added;
    }
}
