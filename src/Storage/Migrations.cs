using Npgsql;

namespace Pipeline.Storage;

/// <summary>
/// Brings a Postgres schema up to date: every file of <c>db/migrations</c> once, in order, all in one transaction under an advisory
/// lock, so that services may start together and a failure leaves nothing half done. What has been applied stands in
/// <c>schema_migrations</c> with its checksum. A database that is up to date is only read, so a role without the right to create
/// tables can start the services.
/// </summary>
public static class Migrations
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Applies what is missing.</summary>
    /// <param name="database">The database.</param>
    /// <param name="schema">The Postgres schema, see <see cref="PostgresOptions.Schema"/>. Created when it does not exist.</param>
    /// <param name="cancellation">Leaves the database as it was.</param>
    /// <returns>The names of the files that were applied; empty when there was nothing to do.</returns>
    /// <exception cref="MigrationRefusedException">A file that has been applied is not the one this build carries.</exception>
    public static Task<IReadOnlyList<string>> ApplyAsync(NpgsqlDataSource database, string schema, CancellationToken cancellation) =>
        ApplyAsync(database, schema, Migration.All, cancellation);

    /// <summary>Applies what is missing of the given files.</summary>
    public static async Task<IReadOnlyList<string>> ApplyAsync(
        NpgsqlDataSource database, string schema, IReadOnlyList<Migration> files, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // One at a time for each schema; given back with the transaction, however it ends.
        await ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('pipeline.migrations.' || $1, 0))", schema);
        if (await MissingAsync("SELECT to_regnamespace(quote_ident($1))::text", schema))
            await ExecuteAsync($"CREATE SCHEMA \"{schema}\"");
        await ExecuteAsync("SELECT set_config('search_path', quote_ident($1), true)", schema);
        if (await MissingAsync("SELECT to_regclass(quote_ident($1) || '.schema_migrations')::text", schema))
            await ExecuteAsync("""
                CREATE TABLE schema_migrations (
                  name        text PRIMARY KEY,
                  checksum    text NOT NULL,
                  applied_at  timestamptz NOT NULL DEFAULT now()
                )
                """);

        var applied = await AppliedAsync();
        var now = new List<string>();
        foreach (var file in files)
        {
            if (applied.TryGetValue(file.Name, out var checksum))
            {
                if (checksum != file.Checksum)
                    throw new MigrationRefusedException($"Migration {file.Name} has been applied to schema '{schema}' with other contents. An applied file is never changed: add a new one.");
                continue;
            }
            await ExecuteAsync(file.Sql);
            await ExecuteAsync("INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", file.Name, file.Checksum);
            now.Add(file.Name);
        }

        await transaction.CommitAsync(cancellation);
        return now;

        NpgsqlCommand Command(string sql, string[] values)
        {
            var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = (int)Patience.TotalSeconds };
            foreach (var value in values) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
            return command;
        }

        async Task ExecuteAsync(string sql, params string[] values)
        {
            await using var command = Command(sql, values);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        async Task<bool> MissingAsync(string sql, params string[] values)
        {
            await using var command = Command(sql, values);
            return await command.ExecuteScalarAsync(cancellation) is null or DBNull;
        }

        async Task<Dictionary<string, string>> AppliedAsync()
        {
            await using var command = Command("SELECT name, checksum FROM schema_migrations", []);
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            var found = new Dictionary<string, string>();
            while (await rows.ReadAsync(cancellation)) found.Add(rows.GetString(0), rows.GetString(1));
            return found;
        }
    }
}
