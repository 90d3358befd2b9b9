using Npgsql;
using Pipeline.Servers;

namespace Pipeline.Resolver.Tests;

/// <summary>One real Postgres and one real Redis for the tests of this project.</summary>
public sealed class Stores : IAsyncLifetime
{
    public PostgresServer Postgres { get; private set; } = null!;

    public RedisServer Redis { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Postgres = await PostgresServer.StartAsync();
        Redis = await RedisServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    public Task<NpgsqlDataSource> NewDatabaseAsync() => Postgres.MigratedDatabaseAsync();
}

[CollectionDefinition(nameof(Stores))]
public sealed class StoresCollection : ICollectionFixture<Stores>;
