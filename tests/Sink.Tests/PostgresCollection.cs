using Npgsql;
using Pipeline.Servers;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Sink.Tests;

/// <summary>One Postgres for the whole assembly.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresServer server = null!;

    /// <summary>A pool on a new database with the product's tables.</summary>
    public async Task<NpgsqlDataSource> MigratedDatabaseAsync()
    {
        var database = Database.Open(await server.CreateDatabaseAsync(), new PostgresOptions(), "tests", keyLookupsOnly: true);
        await Migrations.ApplyAsync(database, "whatsapp", default);
        return database;
    }

    public async Task InitializeAsync() => server = await PostgresServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "Postgres";
}
