using Pipeline.Servers;

namespace Pipeline.Rebuild.Tests;

/// <summary>One Postgres for all tests of this project; each has a database of its own on it.</summary>
public sealed class RebuildServers : IAsyncLifetime
{
    private PostgresServer? postgres;

    /// <summary>The connection string of a new, empty database.</summary>
    public Task<string> CreateDatabaseAsync() => postgres!.CreateDatabaseAsync();

    /// <inheritdoc/>
    public async Task InitializeAsync() => postgres = await PostgresServer.StartAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (postgres is not null) await postgres.DisposeAsync();
    }
}

/// <summary>Shares the server.</summary>
[CollectionDefinition(Name)]
public sealed class RebuildCollection : ICollectionFixture<RebuildServers>
{
    /// <summary>Its name.</summary>
    public const string Name = "rebuild";
}
