using System.Globalization;
using Pipeline.Cli.Conversations;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Sending;
using Pipeline.Cli.Services;
using Pipeline.Ingestor;
using Pipeline.Storage;

namespace Pipeline.Cli.Runs;

/// <summary>
/// The whole pipeline in one process on an input file: start, send, wait until all of it is stored, show what came of it, leave nothing
/// behind.
/// </summary>
internal sealed class DemoRun(Terminal terminal, CheckoutFolders folders, TimeProvider clock)
{
    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(60);
    private readonly RawChats before = new();
    private readonly SendCounts sent = new();

    /// <summary>What to run.</summary>
    /// <param name="Input">The input file.</param>
    /// <param name="Output">Where result files go, or null for none.</param>
    /// <param name="Keep">Whether the database stays.</param>
    public sealed record Request(string Input, string? Output, bool Keep);

    /// <summary>Runs it.</summary>
    /// <returns>The exit code: 0 when something was accepted and all of it drained.</returns>
    /// <exception cref="PipelineException">It did not work.</exception>
    public async Task<int> RunAsync(Request request, CancellationToken cancellation)
    {
        await using var input = File.OpenRead(request.Input);
        // Two demos at a time do not disturb each other.
        using var place = RunLock.TakeFirstFree(folders.DataOf("demo"));
        using var log = new RunLog(Path.Combine(place.Folder, "services.log"));
        await using var guardian = new Guardian();

        var begun = clock.GetTimestamp();
        var database = $"demo_{clock.GetUtcNow().ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture)}";
        var plan = new Infrastructure.Plan(place.Folder, database, Durable: false);
        await using var infrastructure = await Infrastructure.StartAsync(plan, guardian, terminal.Say, cancellation);
        terminal.Say($"Started Kafka ({infrastructure.BootstrapServers}, in this process), Schema Registry, Postgres and Redis in {Seconds(begun)}.");
        await DropForgottenAsync(infrastructure, place.Folder, cancellation);

        try
        {
            var counts = await PlayAsync(request, infrastructure, log, plan.Schema, cancellation);
            await ShowAsync(infrastructure, plan.Schema, counts, cancellation);
            if (request.Output is not null)
            {
                await ResultFiles.WriteAsync(request.Output, infrastructure.ConnectionString, plan.Schema, counts, cancellation);
                terminal.Say($"Result files: {request.Output}");
            }
            return counts.Events > 0 ? ExitCode.Ok : ExitCode.Failed;
        }
        finally
        {
            if (request.Keep) Keep(place.Folder, database);
            else await infrastructure.Postgres.DropDatabaseAsync(database, CancellationToken.None);
        }
    }

    private async Task<RunCounts> PlayAsync(Request request, Infrastructure infrastructure, RunLog log, string schema, CancellationToken cancellation)
    {
        var settings = SettingsFor(infrastructure, schema);
        await using var services = new InProcessServices(settings);
        var ingestor = settings.Urls[ServiceKind.Ingestor.Name];
        using (var health = new ServiceHealth())
        {
            if (!await health.WaitUntilReadyAsync(ingestor, () => services.Ended.Count > 0, SendPatience, cancellation)) throw Broken(log, services, "did not start");
        }

        terminal.Say($"Sending {request.Input} to the Ingestor at {ingestor} …");
        var board = new ProgressBoard(terminal, clock);
        var monitor = new StageMonitor(infrastructure.BootstrapServers, settings.TopicPrefix, clock);
        var begun = clock.GetTimestamp();
        await board.RunAsync(async () =>
        {
            var sending = SendAsync(request.Input, settings, cancellation);
            await ShowWhileAsync(sending, monitor, board, services, log, cancellation);
            await sending;
            if (await Drain.WaitAsync(monitor.ReadAsync, figures => Show(figures, board, services, log), DrainPatience, clock, cancellation) == Drain.End.Stuck)
                throw Broken(log, services, $"did not finish: nothing has moved for {DrainPatience.TotalSeconds:0} s");
            return 0;
        });
        var took = clock.GetElapsedTime(begun);
        return new RunCounts(sent.Lines, sent.Events, sent.Records, sent.Refused, await monitor.CountDeadLettersAsync(cancellation), took);
    }

    private async Task SendAsync(string file, PipelineSettings settings, CancellationToken cancellation)
    {
        await using var input = File.OpenRead(file);
        using var http = new HttpClient();
        var client = new WebhookClient(
            http, new Uri(settings.Urls[ServiceKind.Ingestor.Name]), business => BusinessTokens.Issue(settings.SigningKey, business), SendPatience, clock);
        await new FileSender(client).SendAsync(InputLines.ReadAsync(input, cancellation), sent, TakeNote, cancellation);
    }

    private void TakeNote(Chunk chunk)
    {
        foreach (var line in chunk.Lines) before.Add(line);
    }

    private async Task ShowWhileAsync(Task sending, StageMonitor monitor, ProgressBoard board, InProcessServices services, RunLog log, CancellationToken cancellation)
    {
        while (!sending.IsCompleted)
        {
            Show(await monitor.ReadAsync(cancellation), board, services, log);
            await Task.WhenAny(sending, Task.Delay(TimeSpan.FromMilliseconds(200), cancellation));
        }
    }

    private void Show(IReadOnlyList<StageFigures> readers, ProgressBoard board, InProcessServices services, RunLog log)
    {
        if (services.Ended.Count > 0) throw Broken(log, services, "ended");
        board.Show([new StageFigures(ServiceKind.Ingestor.Name, sent.Records, 0, accepted.Add(sent.Records)), .. readers]);
    }

    private readonly SlidingRate accepted = new(clock);

    private async Task ShowAsync(Infrastructure infrastructure, string schema, RunCounts counts, CancellationToken cancellation)
    {
        terminal.Say($"Drained in {counts.Took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s: {counts.Events} of {counts.Lines} events accepted, {counts.Records} records.");
        foreach (var refused in counts.Refused.Take(20)) terminal.Say($"  line {refused.Number} refused: {refused.Reason}: {refused.Detail}");
        if (counts.Refused.Count > 20) terminal.Say($"  … and {counts.Refused.Count - 20} more lines refused");
        foreach (var (topic, records) in counts.DeadLetters) terminal.Say($"  {records} dead letters in {topic}");
        terminal.Say();

        await using var database = Database.Open(infrastructure.ConnectionString, new PostgresOptions { Schema = schema }, "pipeline demo");
        var tables = new ConversationTables(terminal);
        tables.ShowBefore(before.All);
        tables.ShowAfter(await StoredConversation.ReadAllAsync(database, cancellation));
    }

    private static PipelineSettings SettingsFor(Infrastructure infrastructure, string schema) => new()
    {
        BootstrapServers = infrastructure.BootstrapServers,
        RegistryUrl = infrastructure.RegistryUrl,
        Postgres = infrastructure.ConnectionString,
        Redis = infrastructure.Redis.ConnectionString,
        SigningKey = SharedKey.New(),
        Schema = schema,
        Urls = ServiceKind.All.ToDictionary(kind => kind.Name, _ => $"http://127.0.0.1:{LoopbackPort.Free()}"),
    };

    private static PipelineException Broken(RunLog log, InProcessServices services, string how)
    {
        var who = services.Ended.Count > 0 ? $"The {string.Join(", ", services.Ended)}" : "The pipeline";
        var said = string.Join('\n', ReadShared(log.Path).TakeLast(8));
        return new PipelineException($"{who} {how}.", $"The last lines of {log.Path}:\n{said}");
    }

    private static List<string> ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return lines;
    }

    // A demo that was killed could not remove its database.
    private static async Task DropForgottenAsync(Infrastructure infrastructure, string folder, CancellationToken cancellation)
    {
        foreach (var database in await infrastructure.Postgres.DatabasesAsync("demo_", cancellation))
            if (!File.Exists(KeptDatabases.MarkOf(folder, database)) && !infrastructure.ConnectionString.Contains(database, StringComparison.Ordinal))
                await infrastructure.Postgres.DropDatabaseAsync(database, cancellation);
    }

    private void Keep(string folder, string database)
    {
        KeptDatabases.Mark(folder, database);
        terminal.Say($"The database {database} is kept. Look at it with: ./pipeline sql {database}");
    }

    private string Seconds(long since) => $"{clock.GetElapsedTime(since).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s";
}
