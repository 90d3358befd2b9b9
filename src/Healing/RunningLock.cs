using Npgsql;

namespace Pipeline.Healing;

/// <summary>Another backfill works on the same tables.</summary>
public sealed class BackfillRunningException() : Exception("Another backfill is at work on these tables.");

/// <summary>
/// Held while a backfill works on a schema: an advisory lock of a connection of its own, so the server gives it back when the process is killed.
/// </summary>
public sealed class RunningLock : IAsyncDisposable
{
    private const string Name = "hashtextextended('pipeline.backfill.' || $1, 0)";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly NpgsqlConnection connection;
    private readonly string schema;

    private RunningLock(NpgsqlConnection connection, string schema) => (this.connection, this.schema) = (connection, schema);

    /// <summary>Takes it. Waits a minute for another run to end: the last statement of a killed one may still be on its way.</summary>
    /// <exception cref="BackfillRunningException">Another run goes on.</exception>
    public static async Task<RunningLock> TakeAsync(NpgsqlDataSource database, string schema, TimeProvider clock, CancellationToken cancellation)
    {
        var taken = new RunningLock(await database.OpenConnectionAsync(cancellation), schema);
        var waitedSince = clock.GetTimestamp();
        while (!await taken.AskAsync($"SELECT pg_try_advisory_lock({Name})", cancellation))
        {
            if (clock.GetElapsedTime(waitedSince) > Patience)
            {
                await taken.connection.DisposeAsync();
                throw new BackfillRunningException();
            }
            await Task.Delay(Pause, clock, cancellation);
        }
        return taken;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The pool would keep the connection, and with it the lock.
        if (connection.FullState == System.Data.ConnectionState.Open) await AskAsync($"SELECT pg_advisory_unlock({Name})", CancellationToken.None);
        await connection.DisposeAsync();
    }

    private async Task<bool> AskAsync(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(schema);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
