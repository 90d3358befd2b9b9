using Npgsql;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.Cli.Embedded;

/// <summary>
/// Everything the services stand on: broker and Schema Registry inside this process, Postgres and Redis as its children; topics made,
/// schemas registered, tables up to date.
/// </summary>
internal sealed class Infrastructure : IAsyncDisposable
{
    /// <summary>Partitions of every topic. Businesses are spread over them by their id.</summary>
    public const int Partitions = 12;

    private readonly EmbeddedBroker broker;
    private readonly EmbeddedRegistry registry;

    private Infrastructure(EmbeddedBroker broker, EmbeddedRegistry registry, EmbeddedPostgres postgres, EmbeddedRedis redis, string database)
    {
        this.broker = broker;
        this.registry = registry;
        Postgres = postgres;
        Redis = redis;
        ConnectionString = postgres.ConnectionString(database);
    }

    /// <summary>What to start, and where.</summary>
    /// <param name="Folder">Data and logs; the caller holds its <see cref="RunLock"/>.</param>
    /// <param name="Database">Name of the Postgres database.</param>
    /// <param name="Durable">Whether Postgres survives a power cut, see <see cref="EmbeddedPostgres.StartAsync"/>.</param>
    /// <param name="PostgresPort">0 for a free one.</param>
    /// <param name="RedisPort">0 for a free one.</param>
    /// <param name="RegistryPort">0 for a free one.</param>
    /// <param name="Schema">Postgres schema of the tables.</param>
    /// <param name="TopicPrefix">Goes before every topic name.</param>
    public sealed record Plan(
        string Folder, string Database, bool Durable, int PostgresPort = 0, int RedisPort = 0, int RegistryPort = 0, string Schema = "whatsapp", string TopicPrefix = "whatsapp.");

    /// <summary>The database server.</summary>
    public EmbeddedPostgres Postgres { get; }

    /// <summary>The cache.</summary>
    public EmbeddedRedis Redis { get; }

    /// <summary>How to reach the database.</summary>
    public string ConnectionString { get; }

    /// <summary>Kafka's address.</summary>
    public string BootstrapServers => broker.BootstrapServers;

    /// <summary>The Schema Registry's address.</summary>
    public string RegistryUrl => registry.Url;

    /// <summary>Starts everything, side by side where possible.</summary>
    /// <param name="plan">What and where.</param>
    /// <param name="guardian">Ends the children when we die.</param>
    /// <param name="say">Told what the user may want to know.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<Infrastructure> StartAsync(Plan plan, Guardian guardian, Action<string> say, CancellationToken cancellation)
    {
        var topics = new Topics(plan.TopicPrefix);
        var postgres = Task.Run(() => EmbeddedPostgres.StartAsync(plan.Folder, plan.PostgresPort, plan.Durable, guardian, say, cancellation), cancellation);
        var redis = Task.Run(() => EmbeddedRedis.StartAsync(plan.Folder, plan.RedisPort, guardian, cancellation), cancellation);
        var registry = Task.Run(() => StartRegistryAsync(plan.RegistryPort, topics, cancellation), cancellation);
        var broker = Task.Run(() => StartBroker(topics), cancellation);
        try
        {
            await Task.WhenAll(postgres, redis, registry, broker);
            await (await postgres).EnsureDatabaseAsync(plan.Database, cancellation);
            var infrastructure = new Infrastructure(await broker, await registry, await postgres, await redis, plan.Database);
            await infrastructure.MigrateAsync(plan.Schema, cancellation);
            return infrastructure;
        }
        catch (Exception)
        {
            // Whatever did start is ended again; the first failure is the one that is told.
            if (postgres.IsCompletedSuccessfully) await postgres.Result.DisposeAsync();
            if (redis.IsCompletedSuccessfully) await redis.Result.DisposeAsync();
            if (registry.IsCompletedSuccessfully) await registry.Result.DisposeAsync();
            if (broker.IsCompletedSuccessfully) broker.Result.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await Task.WhenAll(Postgres.DisposeAsync().AsTask(), Redis.DisposeAsync().AsTask(), registry.DisposeAsync().AsTask());
        broker.Dispose();
    }

    private static EmbeddedBroker StartBroker(Topics topics)
    {
        var broker = EmbeddedBroker.Start();
        foreach (var topic in topics.All)
        {
            broker.CreateTopic(topic.Name, Partitions);
            broker.CreateTopic(topic.Name + Topics.DeadLetterSuffix, Partitions);
        }
        return broker;
    }

    private static async Task<EmbeddedRegistry> StartRegistryAsync(int port, Topics topics, CancellationToken cancellation)
    {
        var registry = await EmbeddedRegistry.StartAsync(port, cancellation);
        // The first request of a process compiles half of the web server, so the limit is not the one of daily work.
        using var client = new SchemaRegistry(new SchemaRegistryOptions { Url = registry.Url, Timeout = TimeSpan.FromSeconds(30) });
        foreach (var topic in topics.All) await client.RegisterAsync(topic.Subject, topic.Value.File, cancellation);
        return registry;
    }

    private async Task MigrateAsync(string schema, CancellationToken cancellation)
    {
        await using var database = Database.Open(ConnectionString, new PostgresOptions { Schema = schema }, "pipeline");
        await Migrations.ApplyAsync(database, schema, cancellation);
    }
}
