using System.Globalization;
using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Cli.Replaying;
using Pipeline.Cli.Runs;
using Pipeline.Cli.Services;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Rebuilding;

/// <summary>
/// Makes the tables a second time beside the live ones: today's Resolver, ThreadLinker and Sink in this process, over the live <c>raw</c> and
/// <c>leads</c>, into groups, topics and a Postgres schema of their own, while live traffic goes on. Run again, it goes on where it stood.
/// </summary>
internal sealed class RebuildRun(Terminal terminal, CheckoutFolders folders, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(5);
    // The services wait for Kafka as long as it takes; a rebuild of hours does not end because one question was not answered.
    private static readonly TimeSpan KafkaMayBeAway = TimeSpan.FromMinutes(5);
    private static readonly ServiceKind[] Services = [ServiceKind.Resolver, ServiceKind.ThreadLinker, ServiceKind.Sink];

    /// <summary>What to do.</summary>
    /// <param name="Name">The rebuild's name.</param>
    /// <param name="Follow">Go on until Ctrl-C.</param>
    /// <param name="AskEndpoint">Ask the configured endpoint; else only what the live table remembers of it.</param>
    /// <param name="From">Where on <c>raw</c> to begin; null is the beginning.</param>
    /// <param name="WithoutWhatIsGone">Go on although <c>raw</c> has lost its beginning.</param>
    /// <param name="Settings">What the services are told beside the usual, by configuration key.</param>
    public sealed record Request(string Name, bool Follow, bool AskEndpoint, Scenario? From, bool WithoutWhatIsGone, IReadOnlyDictionary<string, string> Settings);

    /// <summary>Runs it.</summary>
    /// <returns>The exit code: 0 when it has caught up.</returns>
    public async Task<int> RunAsync(Request request, OperatingTools tools, CancellationToken ending)
    {
        var places = tools.PlacesOf(request.Name);
        await using var database = tools.OpenDatabase();
        await LiveTables.RequireAsync(database, places, ending);
        await using var held = await RebuildLock.TakeAsync(database, places, ending);
        using var reading = Reading.OfRebuild(tools.Kafka, places, database, clock);
        var raw = await reading.RawAsync(ending);
        var leads = await reading.LeadsAsync(ending);
        if (raw.Sum(lag => lag.High) == 0) throw new PipelineException($"'{places.Topics.Raw.Name}' is empty.", "Nothing to rebuild from. Do --bootstrap-servers and --prefix name the live installation?");

        await PrepareAsync(request, tools, places, database, reading, raw, leads, ending);
        terminal.Say($"Rebuilding {raw.Sum(lag => lag.Lag):N0} records of {places.Topics.Raw.Name} into the schema '{places.Schema}', topics '{places.Prefix}…', groups '…{places.Suffix}'.");

        using var log = new RunLog(Path.Combine(folders.DataOf("rebuild", places.Name), "services.log"));
        var begun = clock.GetTimestamp();
        var resolver = new TaskCompletionSource<WebApplication>();
        await using (var services = new InProcessServices(Services, kind => Create(kind, ArgumentsOf(kind, request, tools, places), resolver)))
        {
            var said = request.AskEndpoint ? null : new SaidBesideRaw(database, places, raw);
            if (said is not null) await said.TellAsync(await resolver.Task.WaitAsync(ending), () => PauseAsync(() => Check(services, log), ending), ending);
            await CatchUpAsync(reading, raw, leads, said, () => Check(services, log), ending);
            await SayCaughtUpAsync(database, places, clock.GetElapsedTime(begun), ending);
            if (request.Follow) await FollowAsync(reading, () => Check(services, log), ending);
        }
        await using (var analyse = database.CreateCommand(string.Join("; ", LiveTables.Large.Select(table => $"ANALYZE {places.Schema}.{table}")))) await analyse.ExecuteNonQueryAsync(CancellationToken.None);
        terminal.Say($"What would change: ./pipeline diff {places.Name}");
        return ExitCode.Ok;
    }

    private async Task PrepareAsync(
        Request request, OperatingTools tools, RebuildPlaces places, NpgsqlDataSource database, Reading reading,
        IReadOnlyList<PartitionLag> raw, IReadOnlyList<PartitionLag> leads, CancellationToken ending)
    {
        var preparation = new Preparation(tools, places, database, terminal);
        var settings = string.Join(' ', request.Settings.Select(setting => $"{setting.Key}={setting.Value}").Append(request.AskEndpoint ? "resolve=live" : "resolve=cache-only").Order(StringComparer.Ordinal));
        var begun = await preparation.ReadAsync(ending);
        if (begun is { IsPrepared: true })
        {
            if (request.From is not null)
                throw new PipelineException($"The rebuild '{places.Name}' was begun already and goes on where it stands.",
                    $"Leave out where to begin, or begin again: ./pipeline replay --into {places.Name} --discard", ExitCode.Usage);
            if (begun.Settings != settings)
                throw new PipelineException($"The rebuild '{places.Name}' was begun with other settings ({begun.Settings}).",
                    $"Give the same, or begin again: ./pipeline replay --into {places.Name} --discard", ExitCode.Usage);
            if (raw.All(lag => lag.Committed is null))
                throw new PipelineException($"Kafka does not know the groups of the rebuild '{places.Name}' any more.",
                    $"Groups without members are forgotten after a while, and the in-process broker forgets everything when it ends. Begin again: ./pipeline replay --into {places.Name} --discard");
            if (raw.Any(lag => lag.Committed < lag.Low)) await RefuseWhatIsGoneAsync(request, places, database, raw, ending);
            terminal.Say($"Going on with the rebuild of {begun.StartedAt:yyyy-MM-dd HH:mm} UTC.");
            return;
        }
        if (request.From is null && (raw.Any(lag => lag.Low > 0) || leads.Any(lag => lag.Low > 0))) await RefuseWhatIsGoneAsync(request, places, database, raw, ending);
        var from = await new StartPositions(tools.OffsetsByTime, terminal.Complain).FindAsync(request.From ?? new Scenario.ToEarliest(), Topics.Groups.Resolver + places.Suffix, raw, ending);
        await preparation.MakeAsync(settings, from, raw, leads, reading, ending);
    }

    private async Task RefuseWhatIsGoneAsync(Request request, RebuildPlaces places, NpgsqlDataSource database, IReadOnlyList<PartitionLag> raw, CancellationToken ending)
    {
        var older = await LiveTables.CountOlderAsync(database, places, raw, ending);
        var what = $"Kafka has already dropped the beginning of {raw.Count(lag => lag.Low > 0)} of {raw.Count} partitions of {places.Topics.Raw.Name}: {older:N0} live messages cannot be made again.";
        if (!request.WithoutWhatIsGone)
            throw new PipelineException(what, "They stay in the live tables. To see what the rest comes to: --without-what-is-gone. A promotion will say again what would be left behind.");
        terminal.Say(what);
    }

    private static WebApplication Create(ServiceKind kind, string[] arguments, TaskCompletionSource<WebApplication> resolver)
    {
        var app = kind.Create(arguments);
        if (kind == ServiceKind.Resolver) resolver.SetResult(app);
        return app;
    }

    private static string[] ArgumentsOf(ServiceKind kind, Request request, OperatingTools tools, RebuildPlaces places)
    {
        var settings = new Dictionary<string, string>(tools.Settings)
        {
            ["Topics:Prefix"] = places.Prefix,
            ["Topics:InputPrefix"] = places.LivePrefix,
            ["Topics:GroupSuffix"] = places.Suffix,
            ["Postgres:Schema"] = places.Schema,
            ["ConnectionStrings:Redis"] = "",
            ["Kafka:InstanceId"] = "",
            ["Http:Url"] = "http://127.0.0.1:0",
        };
        if (kind == ServiceKind.Resolver && !request.AskEndpoint) settings["Resolver:EndpointUrl"] = "";
        foreach (var (key, value) in request.Settings) settings[key] = value;
        return [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")];
    }

    /// <summary>
    /// Waits until everything that lay on <c>raw</c> and <c>leads</c> at the beginning is stored: each reader up to where the one before it had
    /// written when that one was done.
    /// </summary>
    private async Task CatchUpAsync(Reading reading, IReadOnlyList<PartitionLag> raw, IReadOnlyList<PartitionLag> leads, SaidBesideRaw? said, Action check, CancellationToken ending)
    {
        var (all, saidAt, before) = (raw.Sum(lag => lag.Lag), clock.GetTimestamp(), "");
        await ReachAsync(reading.RawAsync, raw, "read");
        await ReachAsync(reading.LeadsAsync, leads, "leads read");
        while (said is not null && await said.CountUnheardAsync(ending) > 0) await PauseAsync(check, ending);
        await ReachAsync(reading.EnrichedAsync, await AskAsync(reading.EnrichedAsync, check, ending), "linked");
        await ReachAsync(reading.LinkedAsync, await AskAsync(reading.LinkedAsync, check, ending), "stored");

        async Task ReachAsync(Func<CancellationToken, Task<IReadOnlyList<PartitionLag>>> readAsync, IReadOnlyList<PartitionLag> ends, string what)
        {
            var target = ends.ToDictionary(end => end.Partition, end => end.High);
            while (true)
            {
                var now = await AskAsync(readAsync, check, ending);
                var left = now.Sum(lag => Math.Max(0, target.GetValueOrDefault(lag.Partition) - lag.Next));
                if (left == 0) return;
                var line = string.Create(CultureInfo.InvariantCulture, $"{left:N0} records still to be {what} (of {all:N0})");
                if (line != before && clock.GetElapsedTime(saidAt) >= SayEvery)
                {
                    terminal.Say($"{clock.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {line}");
                    (before, saidAt) = (line, clock.GetTimestamp());
                }
                await PauseAsync(check, ending);
            }
        }
    }

    private async Task<IReadOnlyList<PartitionLag>> AskAsync(Func<CancellationToken, Task<IReadOnlyList<PartitionLag>>> readAsync, Action check, CancellationToken ending)
    {
        var asked = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await readAsync(ending);
            }
            catch (PipelineException away) when (away.InnerException is KafkaUnavailableException && clock.GetElapsedTime(asked) < KafkaMayBeAway)
            {
                terminal.Complain(away.Message + " Asking again.");
                await PauseAsync(check, ending);
            }
        }
    }

    private Task PauseAsync(Action check, CancellationToken ending)
    {
        check();
        return Task.Delay(Pause, clock, ending);
    }

    private async Task SayCaughtUpAsync(NpgsqlDataSource database, RebuildPlaces places, TimeSpan took, CancellationToken ending)
    {
        await using var count = database.CreateCommand($"SELECT (SELECT count(*) FROM {places.Schema}.whatsapp_message), (SELECT count(*) FROM {places.Schema}.whatsapp_conversation WHERE merged_into IS NULL)");
        await using var row = await count.ExecuteReaderAsync(ending);
        await row.ReadAsync(ending);
        terminal.Say(string.Create(CultureInfo.InvariantCulture,
            $"Caught up with {places.Topics.Raw.Name} as it was at the start, after {took.TotalSeconds:0.0} s: {row.GetInt64(0):N0} messages in {row.GetInt64(1):N0} conversations."));
    }

    private async Task FollowAsync(Reading reading, Action check, CancellationToken ending)
    {
        terminal.Say("Following until Ctrl-C.");
        while (!ending.IsCancellationRequested)
        {
            check();
            await Task.Delay(SayEvery, clock, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        var left = (await reading.RawAsync(CancellationToken.None)).Sum(lag => lag.Lag);
        terminal.Say($"Ended; {left:N0} records of raw are not read. Run it again to go on.");
    }

    private static void Check(InProcessServices services, RunLog log)
    {
        if (services.Ended.Count > 0) throw new PipelineException($"The rebuild's {string.Join(", ", services.Ended)} ended.", $"The last lines of {log.Path}:\n{log.LastLines()}");
    }
}
