using Npgsql;
using Pipeline.Servers;
using Xunit;

namespace Pipeline.Storage.Tests;

/// <summary>One Postgres for the whole assembly.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    /// <summary>A pool on a new, empty database.</summary>
    public async Task<NpgsqlDataSource> EmptyDatabaseAsync(PostgresOptions? options = null) =>
        Database.Open(await Server.CreateDatabaseAsync(), options ?? new PostgresOptions(), "tests", keyLookupsOnly: true);

    public async Task InitializeAsync() => Server = await PostgresServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "Postgres";
}
