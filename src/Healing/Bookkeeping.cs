using Npgsql;

namespace Pipeline.Healing;

/// <summary>The tables <c>pipeline_backfill_…</c> that stand beside the older ones, see <c>Bookkeeping.sql</c>.</summary>
public static class Bookkeeping
{
    private static readonly string Sql = EmbeddedSql.Read("Bookkeeping.sql");

    /// <summary>Makes what is missing, in the current schema.</summary>
    public static async Task CreateAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
