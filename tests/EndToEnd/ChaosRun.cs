using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Sending;
using Pipeline.Cli.Services;
using Pipeline.Contracts;
using Pipeline.Ingestor;
using Pipeline.Servers;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.EndToEnd;

/// <summary>Three copies of every service, started, stopped, killed and frozen at random while three senders work.</summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private const int Copies = 3;
    private const string SigningKey = "a signing key of at least thirty-two characters";

    // Longer than a member may be silent, so that who wakes up again is no longer one: a zombie.
    private static readonly TimeSpan Freeze = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan SenderPatience = TimeSpan.FromMinutes(5);

    // What the in-process broker can hold for readers that are away, in records of all partitions.
    private const long MostUnread = 20_000;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipeline-chaos-");
    private readonly Guardian guardian = new();
    private readonly Random random;
    private readonly Topics topics = new("whatsapp.");
    private readonly Dictionary<(ServiceKind Kind, int Copy), (ChildProcess? Process, string Url)> services = [];
    private readonly ConcurrentDictionary<(string EventId, string Source), byte> seen = [];
    private readonly CancellationTokenSource ended = new();
    private Infrastructure infrastructure = null!;
    private PipelineSettings settings = null!;
    private Task counting = Task.CompletedTask;
    private int repetitions;

    private ChaosRun(int seed) => random = new Random(seed);

    /// <summary>How often the sample was sent, each time for other businesses.</summary>
    public int Repetitions => repetitions;

    /// <summary>What was done to services, by kind.</summary>
    public Dictionary<string, int> Done { get; } = new() { ["stopped"] = 0, ["killed"] = 0, ["frozen"] = 0 };

    /// <summary>Records read from <c>enriched</c>, and those of them that repeat another: the same event of the same input.</summary>
    public (long Records, long Repeated) Enriched { get; private set; }

    public static async Task<ChaosRun> StartAsync(int seed)
    {
        var run = new ChaosRun(seed);
        File.SetUnixFileMode(run.folder.FullName, (UnixFileMode)0b111_101_101);
        var plan = new Infrastructure.Plan(run.folder.FullName, "run", Durable: false);
        run.infrastructure = await Infrastructure.StartAsync(plan, run.guardian, _ => { }, default);
        // Each copy is told a port of its own when it starts.
        run.settings = PipelineSettings.For(run.infrastructure, plan, SigningKey, new int[ServiceKind.All.Count]);
        foreach (var kind in ServiceKind.All)
            for (var copy = 0; copy < Copies; copy++)
            {
                run.services[(kind, copy)] = (null, $"http://127.0.0.1:{LoopbackPort.Free()}");
                run.Start((kind, copy));
            }
        using var health = new ServiceHealth();
        foreach (var (process, url) in run.services.Values)
            Assert.True(await health.WaitUntilReadyAsync(url, () => process!.Ended.IsCompleted, TimeSpan.FromSeconds(90), default), process!.LastLines());
        run.counting = Task.Run(run.CountAsync);
        return run;
    }

    /// <summary>Sends and disturbs for a while, and then waits until everything is stored.</summary>
    public async Task RunAsync(TimeSpan time)
    {
        using var over = new CancellationTokenSource(time);
        var sending = Enumerable.Range(0, Copies).Select(copy => SendAsync(copy, over.Token)).ToList();
        // First, because the senders wait for as long as nobody starts their Ingestor again.
        await DisturbAsync(over.Token);
        await Task.WhenAll(sending);
        using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, TimeProvider.System);
        var end = await Drain.WaitAsync(monitor.ReadAsync, _ => { }, DrainPatience, TimeProvider.System, default);
        Assert.True(end.End == Drain.End.Drained, string.Join('\n', services.Values.Select(one => $"{one.Process!.Name}: {one.Process.LastLines(3)}")));
    }

    /// <summary>One number of the database.</summary>
    public async Task<long> NumberAsync(string sql)
    {
        await using var database = Database.Open(infrastructure.ConnectionString, new PostgresOptions(), "tests");
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await counting;
        await Task.WhenAll(services.Values.Where(one => one.Process is not null).Select(one => one.Process!.DisposeAsync().AsTask()));
        try
        {
            await using var database = Database.Open(infrastructure.ConnectionString, new PostgresOptions(), "tests");
            await Mission.HoldsAsync(database);
        }
        finally
        {
            await infrastructure.DisposeAsync();
            await guardian.DisposeAsync();
            folder.Delete(recursive: true);
            ended.Dispose();
        }
    }

    private void Start((ServiceKind Kind, int Copy) which)
    {
        var url = services[which].Url;
        var own = settings.EnvironmentOf(which.Kind);
        // Members come and go, so every start and stop moves partitions.
        own["Kafka__InstanceId"] = "";
        own["Kafka__SessionTimeout"] = "00:00:06";
        // The in-process broker takes no commit while a group rebalances, until the member has heard of it; Kafka takes them.
        own["Kafka__Consumer__heartbeat_interval_ms"] = "500";
        own["Http__Url"] = url;
        var name = string.Create(CultureInfo.InvariantCulture, $"{which.Kind.Name}-{which.Copy}");
        services[which] = (ChildProcess.Start(
            name, Path.Combine(folder.FullName, "logs", name + ".log"), guardian, "TERM", ["dotnet", Path.Combine(AppContext.BaseDirectory, which.Kind.Assembly)], own), url);
    }

    private async Task SendAsync(int copy, CancellationToken over)
    {
        using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, TimeProvider.System);
        using var http = new HttpClient();
        var client = new WebhookClient(
            http, new Uri(services[(ServiceKind.Ingestor, copy)].Url), business => BusinessTokens.Issue(SigningKey, business), SenderPatience, TimeProvider.System);
        while (!over.IsCancellationRequested)
        {
            while ((await monitor.ReadAsync(default)).Sum(stage => stage.Lag) > MostUnread) await Task.Delay(100, CancellationToken.None);
            var repetition = Interlocked.Increment(ref repetitions) - 1;
            var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "samples", "demo.jsonl")).Select(line => Lines.ForBusiness(line, business => (repetition * 100) + business));
            using var input = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
            await new FileSender(client).SendAsync(InputLines.ReadAsync(input, default), new SendCounts(), null, default);
        }
    }

    private async Task DisturbAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(random.Next(2000, 10_000), CancellationToken.None);
            var which = services.Keys.ElementAt(random.Next(services.Count));
            if (services[which].Process is not { } process)
            {
                Start(which);
                continue;
            }
            // Somebody has to be there to do the work.
            if (services.Count(one => one.Key.Kind == which.Kind && one.Value.Process is not null) == 1) continue;
            await DisturbAsync(which, process);
        }
        foreach (var (which, (process, _)) in services.ToList())
            if (process is null) Start(which);
    }

    private async Task DisturbAsync((ServiceKind Kind, int Copy) which, ChildProcess process)
    {
        switch (random.Next(10))
        {
            case < 6:
                Done["stopped"]++;
                await process.StopAsync(Signal.Terminate, StopPatience).WaitAsync(StopPatience * 2);
                break;
            case < 9:
                Done["killed"]++;
                Signal.Send(process.Id, Signal.Kill);
                await process.Ended.WaitAsync(StopPatience);
                break;
            default:
                Done["frozen"]++;
                Signal.Send(process.Id, Signal.Stop);
                await Task.Delay(Freeze, CancellationToken.None);
                Signal.Send(process.Id, Signal.Continue);
                return;
        }
        services[which] = (null, services[which].Url);
    }

    // From the beginning to the end, because the in-process broker forgets what is older than a few megabytes.
    private async Task CountAsync()
    {
        var kafka = new KafkaOptions { BootstrapServers = settings.BootstrapServers };
        var from = Enumerable.Range(0, Infrastructure.Partitions).Select(partition => new Position(topics.Enriched.Name, partition, 0)).ToList();
        var (records, repeated) = (0L, 0L);
        try
        {
            await foreach (var record in new TopicReader(kafka, new ServiceName("tests")).ReadAsync(from, [], ended.Token))
            {
                records++;
                var headers = record.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.Value));
                if (!seen.TryAdd((headers[HeaderNames.EventId], $"{headers.GetValueOrDefault(HeaderNames.SourcePartition)}@{headers.GetValueOrDefault(HeaderNames.SourceOffset)}"), 0)) repeated++;
                Enriched = (records, repeated);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The run is over.
        }
    }
}
