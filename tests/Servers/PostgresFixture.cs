using Npgsql;
using Xunit;

namespace Pipeline.Servers;

/// <summary>One Postgres for a collection of tests, which each have a database of their own on it.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresServer server = null!;

    /// <summary>A pool on a new database with the product's tables.</summary>
    public Task<NpgsqlDataSource> MigratedDatabaseAsync() => server.MigratedDatabaseAsync();

    /// <inheritdoc/>
    public async Task InitializeAsync() => server = await PostgresServer.StartAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await server.DisposeAsync();
}
