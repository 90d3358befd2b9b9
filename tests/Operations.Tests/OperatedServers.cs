using System.Text;
using Confluent.Kafka;
using Npgsql;
using Pipeline.Cli;
using Pipeline.Cli.Commands;
using Pipeline.Contracts;
using Pipeline.Servers;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.Operations.Tests;

/// <summary>A broker and a Postgres for one test class, and the commands of an operator on them.</summary>
public sealed class OperatedServers : IAsyncLifetime
{
    private PostgresServer postgres = null!;
    private IProducer<byte[], byte[]> producer = null!;

    internal EmbeddedBroker Broker { get; private set; } = null!;

    internal KafkaOptions Kafka => new() { BootstrapServers = Broker.BootstrapServers };

    /// <summary>The next test's own topics and database.</summary>
    internal async Task<Operated> NewAsync(string name, int partitions = 4)
    {
        var topics = new Topics(name + ".");
        foreach (var topic in topics.All) Broker.CreateTopic(topic.Name, partitions).CreateTopic(topic.Name + Topics.DeadLetterSuffix, partitions);
        var connection = await postgres.CreateDatabaseAsync();
        var database = Database.Open(connection, new PostgresOptions(), "tests");
        await Migrations.ApplyAsync(database, new PostgresOptions().Schema, default);
        return new Operated(this, topics, name + ".", connection, database);
    }

    internal void Produce(string topic, string key, byte[]? value, DateTimeOffset? at = null, int? partition = null, params (string Name, byte[] Value)[] headers)
    {
        var all = new Headers();
        foreach (var (header, bytes) in headers) all.Add(header, bytes);
        producer.Produce(new TopicPartition(topic, partition is { } number ? new Partition(number) : Partition.Any), new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(key),
            Value = value!,
            Headers = all,
            Timestamp = at is { } time ? new Timestamp(time) : default,
        });
    }

    internal void Flush() => Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(30)));

    public async Task InitializeAsync()
    {
        Broker = EmbeddedBroker.Start();
        postgres = await PostgresServer.StartAsync();
        producer = new ProducerBuilder<byte[], byte[]>(new Dictionary<string, string> { ["bootstrap.servers"] = Broker.BootstrapServers, ["partitioner"] = "murmur2_random" }).SetLogHandler((_, _) => { }).Build();
    }

    public async Task DisposeAsync()
    {
        producer.Dispose();
        Broker.Dispose();
        NpgsqlConnection.ClearAllPools();
        await postgres.DisposeAsync();
    }
}

/// <summary>The topics and the database of one test.</summary>
internal sealed record Operated(OperatedServers Servers, Topics Topics, string Prefix, string Connection, NpgsqlDataSource Database) : IAsyncDisposable
{
    /// <summary>Runs a command as an operator would.</summary>
    public async Task<Said> RunAsync(string command, params string[] more)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] arguments = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. more, "--bootstrap-servers", Servers.Broker.BootstrapServers, "--prefix", Prefix, "--postgres", Connection];
        var code = await CommandLine.RunAsync(arguments, new Terminal(output, error, live: false));
        return new Said(code, output.ToString(), error.ToString());
    }

    /// <summary>Writes records that nobody can decode: whoever only counts them does not mind.</summary>
    public void Write(string topic, int records, int partition = 0, DateTimeOffset? from = null)
    {
        for (var number = 0; number < records; number++) Servers.Produce(topic, "1", [1, 2, 3], from?.AddSeconds(number), partition);
        Servers.Flush();
    }

    public async Task<IReadOnlyList<long?>> CommittedAsync(string topic, string group) =>
        [.. (await new LagReader(Servers.Kafka, new ServiceName("tests")).ReadAsync(topic, group, TimeSpan.FromSeconds(10), default)).Select(lag => lag.Committed)];

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<string> QueryAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (await command.ExecuteScalarAsync())?.ToString() ?? "";
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

/// <summary>What a command has answered.</summary>
internal sealed record Said(int Code, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
