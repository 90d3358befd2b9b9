using Npgsql;

namespace Pipeline.Cli.Rebuilding;

/// <summary>Held while a command works on a rebuild: an advisory lock of a connection of its own, so the server gives it back when the process is killed.</summary>
internal sealed class RebuildLock : IAsyncDisposable
{
    private const string Key = "hashtextextended('pipeline.rebuild.' || $1, 0)";
    private readonly NpgsqlConnection connection;
    private readonly string schema;

    private RebuildLock(NpgsqlConnection connection, string schema) => (this.connection, this.schema) = (connection, schema);

    /// <summary>Takes it.</summary>
    /// <exception cref="PipelineException">Another command has it.</exception>
    public static async Task<RebuildLock> TakeAsync(NpgsqlDataSource database, RebuildPlaces places, CancellationToken cancellation)
    {
        var taken = new RebuildLock(await database.OpenConnectionAsync(cancellation), places.Schema);
        if (await taken.AskAsync($"SELECT pg_try_advisory_lock({Key})", cancellation)) return taken;
        await taken.connection.DisposeAsync();
        throw new PipelineException($"Another command is at work on the rebuild '{places.Name}'.", "Wait for it, or end it with Ctrl-C; a rebuild goes on where it stood.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The pool would keep the connection, and with it the lock.
        if (connection.FullState == System.Data.ConnectionState.Open) await AskAsync($"SELECT pg_advisory_unlock({Key})", CancellationToken.None);
        await connection.DisposeAsync();
    }

    private async Task<bool> AskAsync(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = schema } } };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
