using System.Text;
using Pipeline.Cli;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Results;
using Pipeline.Cli.Sending;
using Pipeline.Cli.Services;
using Pipeline.Contracts;
using Pipeline.Ingestor;
using Pipeline.Servers;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.EndToEnd;

/// <summary>
/// The whole pipeline on the embedded servers, every service a process of its own: what <c>pipeline up</c> starts, in a temporary folder
/// and on free ports.
/// </summary>
internal sealed class PipelineRun : IAsyncDisposable
{
    private const string SigningKey = "a signing key of at least thirty-two characters";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipeline-run-");
    private readonly Guardian guardian = new();
    private readonly Dictionary<ServiceKind, ChildProcess> children = [];
    private Infrastructure infrastructure = null!;
    private PipelineSettings settings = null!;

    /// <summary>Starts everything.</summary>
    /// <param name="resolver">Settings of the Resolver beside the usual ones.</param>
    public static async Task<PipelineRun> StartAsync(IReadOnlyDictionary<string, string>? resolver = null)
    {
        var run = new PipelineRun();
        // Postgres runs as a user of its own when we are root, so it has to be let in.
        File.SetUnixFileMode(run.folder.FullName, (UnixFileMode)0b111_101_101);
        var plan = new Infrastructure.Plan(run.folder.FullName, "run", Durable: false);
        run.infrastructure = await Infrastructure.StartAsync(plan, run.guardian, _ => { }, default);
        run.settings = PipelineSettings.For(run.infrastructure, plan, SigningKey, LoopbackPort.Free(ServiceKind.All.Count));
        if (resolver is not null) run.settings = run.settings with { OfResolver = resolver };
        foreach (var kind in ServiceKind.All) run.Start(kind);
        foreach (var kind in ServiceKind.All) await run.UntilReadyAsync(kind);
        return run;
    }

    /// <summary>Where each service listens, by its name.</summary>
    public IReadOnlyDictionary<string, string> Urls => settings.Urls;

    /// <summary>Kafka's address.</summary>
    public string BootstrapServers => settings.BootstrapServers;

    /// <summary>Where the schemas are.</summary>
    public string RegistryUrl => settings.RegistryUrl;

    /// <summary>The Redis of the run.</summary>
    public EmbeddedRedis Redis => infrastructure.Redis;

    /// <summary>Starts a service (again).</summary>
    public void Start(ServiceKind kind) => children[kind] = ServiceProcess.Start(kind, settings, Path.Combine(folder.FullName, "logs"), guardian);

    /// <summary>Ends a service as a power cut would.</summary>
    public async Task KillAsync(ServiceKind kind)
    {
        var child = children[kind];
        Assert.True(Signal.Send(child.Id, Signal.Kill));
        await child.Ended;
    }

    public async Task UntilReadyAsync(ServiceKind kind)
    {
        using var health = new ServiceHealth();
        var child = children[kind];
        var ready = await health.WaitUntilReadyAsync(settings.Urls[kind.Name], () => child.Ended.IsCompleted, StartLimit, default);
        Assert.True(ready, $"{kind.Name} is not ready: {child.LastLines()}");
    }

    /// <summary>Sends input lines through the Ingestor, over HTTP.</summary>
    public async Task<SendCounts> SendAsync(IEnumerable<string> lines)
    {
        using var http = new HttpClient();
        var client = new WebhookClient(http, new Uri(settings.Urls[ServiceKind.Ingestor.Name]), business => BusinessTokens.Issue(SigningKey, business), TimeSpan.FromMinutes(2), TimeProvider.System);
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        var counts = new SendCounts();
        await new FileSender(client).SendAsync(InputLines.ReadAsync(input, default), counts, null, default);
        return counts;
    }

    /// <summary>Waits until everything that was accepted has been stored.</summary>
    public async Task DrainAsync()
    {
        using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, TimeProvider.System);
        var end = await Drain.WaitAsync(monitor.ReadAsync, _ => { }, TimeSpan.FromSeconds(90), TimeProvider.System, default);
        Assert.True(end.End == Drain.End.Drained, string.Join('\n', children.Values.Select(child => $"{child.Name}: {child.LastLines(3)}")));
    }

    /// <summary>How many records of a topic a group has taken care of.</summary>
    public async Task<long> RecordsDoneAsync(ServiceKind kind)
    {
        using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, TimeProvider.System);
        return (await monitor.ReadAsync(default)).Single(stage => stage.Name == kind.Name).Records;
    }

    /// <summary>What was stored, as the files of <c>--output</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ResultsAsync()
    {
        var results = Path.Combine(folder.FullName, "results");
        using var none = new RunAccounting();
        await using var database = OpenDatabase();
        await ResultFiles.WriteAsync(results, database, none, await DeadLettersAsync(), default);
        return Directory.GetFiles(results, "*.jsonl").ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
    }

    /// <summary>The records of the topic <c>raw</c>, with the business of each.</summary>
    public async Task<IReadOnlyList<(long Business, string Position)>> RawEventsAsync()
    {
        var topics = new Topics(settings.TopicPrefix);
        var kafka = new KafkaOptions { BootstrapServers = settings.BootstrapServers };
        var lags = await new LagReader(kafka, new ServiceName("tests")).ReadAsync(topics.Raw.Name, Topics.Groups.Resolver, TimeSpan.FromSeconds(10), default);
        var ends = lags.Select(lag => new Position(lag.Topic, lag.Partition, lag.High)).ToList();
        var found = new List<(long, string)>();
        await foreach (var record in new TopicReader(kafka, new ServiceName("tests")).ReadAsync([.. ends.Select(end => end with { Offset = 0 })], ends, default))
        {
            found.Add((long.Parse(Encoding.UTF8.GetString(record.Key!)), $"{record.Position.Partition}@{record.Position.Offset}"));
        }
        return found;
    }

    /// <summary>Runs a command as an operator would.</summary>
    public async Task<(int Code, string Said)> CommandAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        var code = await CommandLine.RunAsync([.. arguments, "--postgres", settings.Postgres, "--bootstrap-servers", settings.BootstrapServers], new Terminal(output, output, live: false));
        return (code, output.ToString());
    }

    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync()
    {
        var reader = new DeadLetterReader(new KafkaOptions { BootstrapServers = settings.BootstrapServers }, new ServiceName("tests"));
        var letters = new List<DeadLetter>();
        foreach (var topic in new Topics(settings.TopicPrefix).All) letters.AddRange(await reader.ReadAsync(topic.Name, TimeSpan.FromSeconds(10), default));
        return letters;
    }

    public Npgsql.NpgsqlDataSource OpenDatabase() => Database.Open(infrastructure.ConnectionString, new PostgresOptions(), "tests");

    public async ValueTask DisposeAsync()
    {
        foreach (var child in children.Values) await child.DisposeAsync();
        try
        {
            await using var database = OpenDatabase();
            await Mission.HoldsAsync(database);
        }
        finally
        {
            await EndAsync();
        }
    }

    private async Task EndAsync()
    {
        await infrastructure.DisposeAsync();
        await guardian.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
