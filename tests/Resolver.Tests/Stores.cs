using Npgsql;
using Pipeline.Servers;
using Pipeline.Streaming;

namespace Pipeline.Resolver.Tests;

/// <summary>One real Postgres, one real Redis and one broker for the tests of this project.</summary>
public sealed class Stores : IAsyncLifetime
{
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start().CreateTopic("enriched", 1).CreateTopic("mappings", 1);
    private WebApplication host = null!;

    public PostgresServer Postgres { get; private set; } = null!;

    public RedisServer Redis { get; private set; } = null!;

    /// <summary>Writes what is announced in the background.</summary>
    public RecordProducer Producer => host.Services.GetRequiredService<RecordProducer>();

    public async Task InitializeAsync()
    {
        host = ServiceBuilder.Create("resolver-tests", [$"--Kafka:BootstrapServers={broker.BootstrapServers}"]).Build();
        Postgres = await PostgresServer.StartAsync();
        Redis = await RedisServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
        await host.DisposeAsync();
        broker.Dispose();
    }

    public Task<NpgsqlDataSource> NewDatabaseAsync() => Postgres.MigratedDatabaseAsync();
}

[CollectionDefinition(nameof(Stores))]
public sealed class StoresCollection : ICollectionFixture<Stores>;
