using System.Globalization;
using Npgsql;
using Pipeline.Cli.Conversations;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Results;
using Pipeline.Cli.Sending;
using Pipeline.Cli.Services;
using Pipeline.Ingestor;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.Cli.Runs;

/// <summary>
/// The whole pipeline in one process on an input file: start, send, wait until all of it is stored, show what came of it, leave nothing
/// behind.
/// </summary>
internal sealed class DemoRun(Terminal terminal, CheckoutFolders folders, TimeProvider clock)
{
    private const string DatabasePrefix = "demo_";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly RawChats before = new();

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
        await using var input = OpenInput(request.Input);
        // Two demos at a time do not disturb each other.
        using var place = RunLock.TakeFirstFree(folders.DataOf("demo"));
        using var log = new RunLog(Path.Combine(place.Folder, "services.log"));
        await using var guardian = new Guardian();

        var begun = clock.GetTimestamp();
        var database = DatabasePrefix + clock.GetUtcNow().ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture);
        var plan = new Infrastructure.Plan(place.Folder, database, Durable: false);
        await using var infrastructure = await Infrastructure.StartAsync(plan, guardian, terminal.Say, cancellation);
        terminal.Say($"Kafka (in this process, at {infrastructure.BootstrapServers}), Schema Registry, Postgres and Redis: ready after {Seconds(clock.GetElapsedTime(begun))}");
        await DropForgottenAsync(infrastructure.Postgres, place.Folder, database, cancellation);

        try
        {
            return await PlayAsync(request, input, infrastructure, plan, log, cancellation);
        }
        finally
        {
            if (request.Keep) Keep(place.Folder, database);
            else await infrastructure.Postgres.DropDatabaseAsync(database, CancellationToken.None);
        }
    }

    private async Task<int> PlayAsync(Request request, Stream input, Infrastructure infrastructure, Infrastructure.Plan plan, RunLog log, CancellationToken cancellation)
    {
        var settings = PipelineSettings.For(infrastructure, plan, SharedKey.New(), LoopbackPort.Free(ServiceKind.All.Count));
        using var accounting = new RunAccounting();
        await using var services = new InProcessServices(settings);
        var begun = clock.GetTimestamp();
        var ingestor = settings.Urls[ServiceKind.Ingestor.Name];
        using (var health = new ServiceHealth())
        {
            if (!await health.WaitUntilReadyAsync(ingestor, () => services.Ended.Count > 0, StartLimit, cancellation)) throw Broken(services, log, "did not start");
        }
        terminal.Say($"Ingestor, Resolver, ThreadLinker and Sink: started after {Seconds(clock.GetElapsedTime(begun))}");
        terminal.Say($"Sending {Path.GetRelativePath(Environment.CurrentDirectory, request.Input)} to {ingestor}");

        var playing = new Playing(terminal, settings, business => BusinessTokens.Issue(settings.SigningKey, business), clock);
        var took = await playing.RunAsync(InputLines.ReadAsync(input, cancellation), TakeNote, Check, cancellation);
        Report(playing.Sent, took);

        await using var database = Database.Open(infrastructure.ConnectionString, new PostgresOptions { Schema = plan.Schema }, "pipeline demo");
        using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, clock);
        var deadLetters = await monitor.ReadDeadLettersAsync(cancellation);
        await ShowAsync(database, accounting, deadLetters, request.Output, cancellation);
        return playing.Sent.Events > 0 ? ExitCode.Ok : ExitCode.Failed;

        void Check()
        {
            if (services.Ended.Count > 0) throw Broken(services, log, "ended");
        }
    }

    private void TakeNote(Chunk chunk)
    {
        foreach (var line in chunk.Lines) before.Add(line);
    }

    private void Report(SendCounts sent, TimeSpan took)
    {
        terminal.Say($"Drained after {Seconds(took)}: {sent.Events} of {sent.Lines} events taken, {sent.Records} records.");
        RefusedLines.Show(terminal, sent);
        terminal.Say();
    }

    private async Task ShowAsync(NpgsqlDataSource database, RunAccounting accounting, IReadOnlyList<DeadLetter> deadLetters, string? output, CancellationToken cancellation)
    {
        var tables = new ConversationTables(terminal);
        tables.ShowBefore(before.All);
        tables.ShowAfter(await StoredConversation.ReadAllAsync(database, cancellation));

        var summary = output is null
            ? await ResultFiles.SummariseAsync(database, accounting, deadLetters, cancellation)
            : await ResultFiles.WriteAsync(output, database, accounting, deadLetters, cancellation);
        new SummaryText(terminal).Show(summary, deadLetters);
        if (output is not null) terminal.Say($"Result files: {output}");
    }

    private static FileStream OpenInput(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"The input cannot be read: {unreadable.Message}", "Name a file with --input FILE.jsonl");
        }
    }

    private static PipelineException Broken(InProcessServices services, RunLog log, string how)
    {
        var who = services.Ended.Count > 0 ? $"The {string.Join(", ", services.Ended)}" : "The pipeline";
        return new PipelineException($"{who} {how}.", $"The last lines of {log.Path}:\n{log.LastLines()}");
    }

    // A demo that was killed could not remove its database.
    private static async Task DropForgottenAsync(EmbeddedPostgres postgres, string folder, string current, CancellationToken cancellation)
    {
        foreach (var database in await postgres.DatabasesAsync(DatabasePrefix, cancellation))
            if (database != current && !KeptDatabases.IsKept(folder, database))
                await postgres.DropDatabaseAsync(database, cancellation);
    }

    private void Keep(string folder, string database)
    {
        KeptDatabases.Keep(folder, database);
        terminal.Say($"The database is kept. Look at it with: ./pipeline sql {database}");
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
}
