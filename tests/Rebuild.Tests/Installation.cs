using System.Text;
using Npgsql;
using Pipeline.Cli;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Operations;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Rebuilding;
using Pipeline.Cli.Sending;
using Pipeline.Cli.Services;
using Pipeline.Contracts;
using Pipeline.Ingestor;
using Pipeline.Servers;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.Rebuild.Tests;

/// <summary>A live installation on the in-process broker, and what an operator does beside it.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private const string SigningKey = "a signing key of at least thirty-two characters";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipeline-rebuild-");
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private EmbeddedRegistry registry = null!;
    private InProcessServices? services;

    private Installation(string postgres) => Postgres = postgres;

    /// <summary>The database, as Npgsql reads it.</summary>
    public string Postgres { get; }

    /// <summary>What the live services are told beside the usual.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>Where a Redis is; empty for none.</summary>
    public string Redis { get; init; } = "";

    /// <summary>What the last command said.</summary>
    public string Said { get; private set; } = "";

    /// <summary>Makes topics, schemas and tables, and starts the four services.</summary>
    public static async Task<Installation> StartAsync(RebuildServers servers, int partitions = 4, string redis = "", params (string Key, string Value)[] settings)
    {
        var made = new Installation(await servers.CreateDatabaseAsync()) { Redis = redis };
        foreach (var (key, value) in settings) made.Settings[key] = value;
        var topics = new Topics();
        foreach (var topic in topics.All)
        {
            made.broker.CreateTopic(topic.Name, partitions);
            made.broker.CreateTopic(topic.Name + Topics.DeadLetterSuffix, partitions);
        }
        made.registry = await EmbeddedRegistry.StartAsync(0, default);
        using var client = new SchemaRegistry(new SchemaRegistryOptions { Url = made.registry.Url, Timeout = TimeSpan.FromSeconds(30) });
        foreach (var topic in topics.All) await client.RegisterAsync(topic.Subject, topic.Value.File, default);
        await made.StartServicesAsync();
        return made;
    }

    /// <summary>Starts the live services (again).</summary>
    public async Task StartServicesAsync()
    {
        var ports = LoopbackPort.Free(ServiceKind.All.Count);
        var live = new PipelineSettings
        {
            BootstrapServers = broker.BootstrapServers,
            RegistryUrl = registry.Url,
            Postgres = Postgres,
            Redis = Redis,
            SigningKey = SigningKey,
            Urls = ServiceKind.All.Zip(ports).ToDictionary(pair => pair.First.Name, pair => $"http://127.0.0.1:{pair.Second}"),
        };
        services = new InProcessServices(ServiceKind.All, kind => kind.Create([.. live.ArgumentsOf(kind), .. Settings.Select(setting => $"--{setting.Key}={setting.Value}")]));
        IngestorUrl = live.Urls[ServiceKind.Ingestor.Name];
        using var health = new ServiceHealth();
        foreach (var url in live.Urls.Values) Assert.True(await health.WaitUntilReadyAsync(url, () => services.Ended.Count > 0, Patience, default));
    }

    private string IngestorUrl { get; set; } = "";

    /// <summary>Stops the live services; topics and tables stay.</summary>
    public async Task StopServicesAsync()
    {
        if (services is not null) await services.DisposeAsync();
        services = null;
        // Idle connections of the services would look like services.
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Sends lines through the Ingestor and waits until they are stored.</summary>
    public async Task SendAsync(params IEnumerable<string> lines)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        await SendAsync(InputLines.ReadAsync(input, default));
        await DrainAsync();
    }

    /// <summary>Sends without waiting.</summary>
    public async Task<SendCounts> SendAsync(IAsyncEnumerable<(InputLine? Line, RefusedLine? Refused)> lines)
    {
        using var http = new HttpClient();
        var client = new WebhookClient(http, new Uri(IngestorUrl), business => BusinessTokens.Issue(SigningKey, business), TimeSpan.FromMinutes(2), TimeProvider.System);
        var counts = new SendCounts();
        await new FileSender(client).SendAsync(lines, counts, null, default);
        return counts;
    }

    /// <summary>Waits until everything that was taken is stored.</summary>
    public async Task DrainAsync()
    {
        using var monitor = new StageMonitor(broker.BootstrapServers, "whatsapp.", TimeProvider.System);
        Assert.Equal(Drain.End.Drained, (await Drain.WaitAsync(monitor.ReadAsync, _ => { }, Patience, TimeProvider.System, default)).End);
    }

    /// <summary>Where things are, for a command.</summary>
    public IReadOnlyDictionary<string, string> Where => new Dictionary<string, string>
    {
        ["Kafka:BootstrapServers"] = broker.BootstrapServers,
        ["Kafka:MaxDownstreamBytes"] = PipelineSettings.EmbeddedDownstreamBytes.ToString(),
        ["SchemaRegistry:Url"] = registry.Url,
        ["ConnectionStrings:Postgres"] = Postgres,
    };

    /// <summary>The rebuild's folder for logs.</summary>
    public CheckoutFolders Folders => new(folder.FullName, folder.FullName);

    /// <summary><c>pipeline replay --into NAME</c>.</summary>
    public Task<int> RebuildAsync(string name = "next", params (string Key, string Value)[] set) =>
        RebuildAsync(new RebuildRun.Request(name, Follow: false, AskEndpoint: false, From: null, WithoutWhatIsGone: false, set.ToDictionary(one => one.Key, one => one.Value)));

    /// <summary>The same with everything said.</summary>
    public Task<int> RebuildAsync(RebuildRun.Request request, CancellationToken ending = default) =>
        CommandAsync((terminal, tools) => new RebuildRun(terminal, Folders, TimeProvider.System).RunAsync(request, tools, ending));

    /// <summary><c>pipeline diff NAME --show-numbers --examples 1000</c>.</summary>
    public Task<int> DiffAsync(string name = "next", bool json = false, int examples = 1000, bool inFull = true) =>
        CommandAsync((terminal, tools) => new DiffRun(terminal, TimeProvider.System).RunAsync(new DiffRun.Request(name, null, examples, json, inFull), tools, default));

    /// <summary><c>pipeline replay --into NAME --discard</c>.</summary>
    public Task<int> DiscardAsync(string name = "next") => CommandAsync((terminal, tools) => new DiscardRun(terminal).RunAsync(name, tools, default));

    /// <summary><c>pipeline promote NAME</c>.</summary>
    public Task<int> PromoteAsync(bool execute = false, long leaveBehind = 0, string name = "next") =>
        CommandAsync((terminal, tools) => new PromoteRun(terminal, TimeProvider.System).RunAsync(new PromoteRun.Request(name, execute, leaveBehind), tools, default));

    /// <summary>Runs a command; a refusal is what it said and its exit code.</summary>
    public async Task<int> CommandAsync(Func<Terminal, OperatingTools, Task<int>> runAsync)
    {
        using var output = new StringWriter();
        var terminal = new Terminal(output, output, live: false);
        try
        {
            await using var tools = OperatingTools.Open(Where, Folders);
            return await runAsync(terminal, tools);
        }
        catch (PipelineException refusal)
        {
            terminal.Report(refusal);
            return refusal.ExitCode;
        }
        finally
        {
            Said = output.ToString();
        }
    }

    /// <summary>The first column of a query as text, one row each, against <c>whatsapp</c>.</summary>
    public async Task<string[]> RowsAsync(string sql)
    {
        await using var database = OpenDatabase();
        await using var command = database.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await rows.ReadAsync()) found.Add(string.Join(' ', Enumerable.Range(0, rows.FieldCount).Select(column => rows.IsDBNull(column) ? "-" : rows.GetValue(column).ToString())));
        return [.. found];
    }

    /// <summary>Which messages are together, one conversation each: <c>A1 A2</c>.</summary>
    public Task<string[]> ConversationsAsync(string schema = "whatsapp") =>
        RowsAsync($"SELECT string_agg(message_id, ' ' ORDER BY message_id) FROM {schema}.whatsapp_message GROUP BY conversation_id ORDER BY 1");

    public NpgsqlDataSource OpenDatabase() => Database.Open(Postgres, new PostgresOptions(), "tests");

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopServicesAsync();
            await using var database = OpenDatabase();
            await Mission.HoldsAsync(database);
        }
        finally
        {
            await registry.DisposeAsync();
            broker.Dispose();
            folder.Delete(recursive: true);
        }
    }
}
