using Npgsql;
using Pipeline.Storage;

namespace Pipeline.Cli.Bench;

/// <summary>What a run left in Postgres.</summary>
/// <param name="Messages">Rows of messages.</param>
/// <param name="DifferentMessages">Different (business, message id): generated ids are unique within a business.</param>
/// <param name="Conversations">Live direct conversations.</param>
internal sealed record StoredCounts(long Messages, long DifferentMessages, long Conversations)
{
    private const string Counts = """
        SELECT (SELECT count(*) FROM whatsapp_message WHERE business_id <= $1),
               (SELECT count(*) FROM (SELECT DISTINCT business_id, message_id FROM whatsapp_message WHERE business_id <= $1) AS different),
               (SELECT count(*) FROM whatsapp_conversation WHERE merged_into IS NULL AND kind = 'direct' AND business_id <= $1)
        """;

    /// <summary>Counts.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="schema">The Postgres schema.</param>
    /// <param name="lastBusiness">Businesses up to this number count.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<StoredCounts> ReadAsync(string connectionString, string schema, long lastBusiness, CancellationToken cancellation)
    {
        await using var database = Database.Open(connectionString, new PostgresOptions { Schema = schema }, "pipeline bench");
        await using var command = database.CreateCommand(Counts);
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = lastBusiness });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new StoredCounts(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
    }
}
