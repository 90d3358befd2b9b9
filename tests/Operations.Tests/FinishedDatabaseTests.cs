using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Pipeline.Cli;
using Pipeline.Cli.Bench;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Sending;
using Pipeline.Cli.Services;
using Pipeline.Contracts;
using Pipeline.Ingestor;
using Pipeline.Servers;
using Pipeline.Storage;
using Pipeline.Streaming;
using Pipeline.Streaming.Tests;

namespace Pipeline.Operations.Tests;

public class FinishedDatabaseTests
{
    private const string SigningKey = "a signing key of at least thirty-two characters";

    // The in-process broker keeps 5 MB of a partition, and everything has to be there still when it is replayed.
    private const int Partitions = 128;

    private static readonly Terminal Silent = new(TextWriter.Null, TextWriter.Null, live: false);

    [Fact]
    public async Task A_replay_of_everything_changes_no_row()
    {
        var messages = int.Parse(Environment.GetEnvironmentVariable("PIPELINE_REPLAYED_EVENTS") is { Length: > 0 } given ? given : "20000", CultureInfo.InvariantCulture);
        await using var postgres = await PostgresServer.StartAsync();
        await using var registry = await SchemaRegistryServer.StartAsync(id: 1);
        using var broker = EmbeddedBroker.Start();
        var topics = new Topics();
        foreach (var topic in topics.All) broker.CreateTopic(topic.Name, Partitions).CreateTopic(topic.Name + Topics.DeadLetterSuffix, Partitions);
        var connection = await postgres.CreateDatabaseAsync();
        var ports = LoopbackPort.Free(ServiceKind.All.Count);
        var settings = new PipelineSettings
        {
            BootstrapServers = broker.BootstrapServers,
            RegistryUrl = registry.Url,
            Postgres = connection,
            Redis = "",
            SigningKey = SigningKey,
            Urls = ServiceKind.All.Zip(ports).ToDictionary(pair => pair.First.Name, pair => $"http://127.0.0.1:{pair.Second}"),
        };
        await using var database = Database.Open(connection, new PostgresOptions(), "tests");
        await Migrations.ApplyAsync(database, new PostgresOptions().Schema, default);

        var storing = Stopwatch.StartNew();
        await using (await StartAsync(settings))
            await new Playing(Silent, settings, business => BusinessTokens.Issue(SigningKey, business), TimeProvider.System)
                .RunAsync(LinesOf(messages).ToAsyncEnumerable(), onAccepted: null, () => { }, default);
        storing.Stop();
        Assert.Equal(messages, await CountAsync(database, "SELECT count(*) FROM whatsapp_message"));
        Assert.Equal(messages, await WholeAsync(settings, topics.Raw.Name, Topics.Groups.Resolver));
        var linked = await WholeAsync(settings, topics.Linked.Name, Topics.Groups.Sink);
        await WholeAsync(settings, topics.Enriched.Name, Topics.Groups.ThreadLinker);

        // What makes it hard: these passed before anybody knew their phone, and a replay resolves them at once.
        var unresolved = await UnresolvedAsync(settings, topics.Enriched.Name);
        Assert.True(unresolved > messages / 10, $"{unresolved} messages passed unresolved");

        // Everything once more, through every stage.
        var tables = await RememberAsync(database);
        var replayed = await ReplayAsync(settings, connection, "resolver", "threadlinker", "leads", "sink");
        Assert.Empty((await ChangedAsync(database, tables)).Where(table => table.Value > 0).Select(table => $"{table.Value} rows of {table.Key}"));
        await Mission.HoldsAsync(database);
        Figures.Say(string.Create(CultureInfo.InvariantCulture,
            $"Replay of {messages:N0} events into the finished database: 0 rows of {tables.Count} tables changed, although {unresolved:N0} messages had passed before their phone was known (stored in {storing.Elapsed.TotalSeconds:0} s, {linked:N0} linked records; all groups replayed in {replayed.TotalSeconds:0} s)"));
    }

    /// <summary>How many messages went on with a LID and without a phone.</summary>
    private static async Task<long> UnresolvedAsync(PipelineSettings settings, string topic)
    {
        var options = new KafkaOptions { BootstrapServers = settings.BootstrapServers };
        var ends = await new LagReader(options, new ServiceName("tests")).ReadAsync(topic, Topics.Groups.ThreadLinker, TimeSpan.FromSeconds(10), default);
        var count = 0L;
        await foreach (var record in new TopicReader(options, new ServiceName("tests")).ReadAsync(
            [.. ends.Select(end => new Position(topic, end.Partition, 0))], [.. ends.Select(end => new Position(topic, end.Partition, end.High))], default))
        {
            var enriched = EnrichedEvent.Parser.ParseFrom(record.Value!.AsSpan(WireFormat.FrameLength(record.Value)));
            if (enriched.Message is { Peer: { Phone: "", Lid.Length: > 0 } }) count++;
        }
        return count;
    }

    /// <summary>Moves groups to the beginning while no service runs, then runs all of them until nothing is left.</summary>
    private static async Task<TimeSpan> ReplayAsync(PipelineSettings settings, string connection, params IEnumerable<string> stages)
    {
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(
            [
                "replay", .. stages.SelectMany(stage => (string[])["--stage", stage]), "--to-earliest", "--execute",
                "--bootstrap-servers", settings.BootstrapServers, "--postgres", connection,
            ],
            new Terminal(TextWriter.Null, error, live: false));
        Assert.True(code == ExitCode.Ok, error.ToString());

        var replaying = Stopwatch.StartNew();
        await using (await StartAsync(settings))
        {
            using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, TimeProvider.System);
            var end = await Drain.WaitAsync(monitor.ReadAsync, _ => { }, TimeSpan.FromSeconds(180), TimeProvider.System, default);
            Assert.Equal(Drain.End.Drained, end.End);
            return replaying.Elapsed;
        }
    }

    private static async Task<InProcessServices> StartAsync(PipelineSettings settings)
    {
        var services = new InProcessServices(settings);
        using var health = new ServiceHealth();
        foreach (var kind in ServiceKind.All)
            Assert.True(await health.WaitUntilReadyAsync(settings.Urls[kind.Name], () => services.Ended.Contains(kind.Name), TimeSpan.FromSeconds(60), default), kind.Name);
        return services;
    }

    /// <summary>One business for each partition, their events in turn.</summary>
    private static IEnumerable<(InputLine? Line, RefusedLine? Refused)> LinesOf(int messages)
    {
        var share = messages / Partitions;
        var businesses = Enumerable.Range(1, int.MaxValue).DistinctBy(business => Murmur2.PartitionOf(Topics.KeyOf(business), Partitions)).Take(Partitions).ToList();
        var traffics = businesses.Select((business, at) => new Traffic(share + (at < messages % Partitions ? 1 : 0), 1, Math.Max(1, share / 20), business).Lines().GetEnumerator()).ToList();
        while (traffics.Count > 0)
        {
            for (var at = traffics.Count - 1; at >= 0; at--)
            {
                if (traffics[at].MoveNext()) yield return traffics[at].Current;
                else traffics.RemoveAt(at);
            }
        }
    }

    /// <summary>Everything that was ever written to a topic is still there. Returns how many records that is.</summary>
    private static async Task<long> WholeAsync(PipelineSettings settings, string topic, string group)
    {
        var lags = await new LagReader(new KafkaOptions { BootstrapServers = settings.BootstrapServers }, new ServiceName("tests")).ReadAsync(topic, group, TimeSpan.FromSeconds(10), default);
        Assert.All(lags, lag => Assert.Equal(0, lag.Low));
        return lags.Sum(lag => lag.High);
    }

    /// <summary>Keeps a fingerprint of every row of every table but the Sink's positions, which count on while the topic grows.</summary>
    private static async Task<IReadOnlyList<string>> RememberAsync(NpgsqlDataSource database)
    {
        var tables = new List<string>();
        await using (var command = database.CreateCommand("SELECT tablename FROM pg_tables WHERE schemaname = 'whatsapp' AND tablename <> 'sink_offset' ORDER BY 1"))
        await using (var rows = await command.ExecuteReaderAsync())
            while (await rows.ReadAsync()) tables.Add(rows.GetString(0));
        await ExecuteAsync(database, "DROP SCHEMA IF EXISTS before CASCADE; CREATE SCHEMA before");
        foreach (var table in tables) await ExecuteAsync(database, $"CREATE TABLE before.{table} AS {FingerprintsOf(table)}");
        return tables;
    }

    /// <summary>How many rows of each table are new, gone or other than before, in any column.</summary>
    private static async Task<SortedDictionary<string, long>> ChangedAsync(NpgsqlDataSource database, IReadOnlyList<string> tables)
    {
        var changed = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            changed[table] = await CountAsync(database,
                $"SELECT (SELECT count(*) FROM (SELECT print FROM before.{table} EXCEPT ALL {FingerprintsOf(table)}) gone) + (SELECT count(*) FROM ({FingerprintsOf(table)} EXCEPT ALL SELECT print FROM before.{table}) new)");
        }
        return changed;
    }

    private static string FingerprintsOf(string table) => $"SELECT hashtextextended(row::text, 0) AS print FROM whatsapp.{table} row";

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
