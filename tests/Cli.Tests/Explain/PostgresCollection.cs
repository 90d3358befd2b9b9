using Npgsql;
using Pipeline.Servers;

namespace Pipeline.Cli.Tests.Explain;

/// <summary>One Postgres for the tests of <c>explain</c>.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresServer server = null!;

    /// <summary>A pool on a new database with the product's tables.</summary>
    public Task<NpgsqlDataSource> MigratedDatabaseAsync() => server.MigratedDatabaseAsync();

    public async Task InitializeAsync() => server = await PostgresServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "Explain";
}
