using System.Globalization;
using Npgsql;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Services;

namespace Pipeline.Cli.Runs;

/// <summary>Everything on fixed ports until Ctrl-C; each service a child process.</summary>
internal sealed class UpRun(Terminal terminal, CheckoutFolders folders, TimeProvider clock)
{
    private const string DatabaseName = "whatsapp";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Where everything listens.</summary>
    /// <param name="Services">In the order of <see cref="ServiceKind.All"/>.</param>
    /// <param name="Registry">Schema Registry.</param>
    /// <param name="Postgres">Postgres.</param>
    /// <param name="Redis">Redis.</param>
    public sealed record Ports(IReadOnlyList<int> Services, int Registry, int Postgres, int Redis);

    /// <summary>Runs until Ctrl-C.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="PipelineException">It could not start.</exception>
    public async Task<int> RunAsync(Ports ports, Interruption interruption)
    {
        using var place = RunLock.TryTake(UpFolder.Of(folders)) ?? throw AlreadyRunning();
        RequireFree(ports);
        File.Delete(UpFolder.DrainingOf(folders));

        await using var guardian = new Guardian();
        var plan = new Infrastructure.Plan(place.Folder, DatabaseName, Durable: true, ports.Postgres, ports.Redis, ports.Registry);
        terminal.Say("Starting Kafka, Schema Registry, Postgres and Redis …");
        await using var infrastructure = await Infrastructure.StartAsync(plan, guardian, terminal.Say, interruption.Ending);
        await ForgetOffsetsAsync(infrastructure.ConnectionString, plan.Schema, interruption.Ending);

        var settings = PipelineSettings.For(infrastructure, plan, SharedKey.KeptIn(place.Folder), ports.Services);
        EnvironmentFile.Write(UpFolder.EnvironmentOf(folders), settings);
        var services = ServiceKind.All.Select(kind => new WatchedService(kind, settings.Urls[kind.Name], ServiceProcess.Start(kind, settings, place.Folder, guardian))).ToList();
        try
        {
            using var health = new ServiceHealth();
            await WaitUntilReadyAsync(services, health, interruption.Ending);
            new UpText(terminal).Show(infrastructure, settings, services, UpFolder.EnvironmentOf(folders));
            await WatchAsync(infrastructure, settings, services, health, interruption.Ending);
            return await EndAsync(settings, services, health, interruption);
        }
        finally
        {
            // Services started by hand end when the file is gone.
            File.Delete(UpFolder.EnvironmentOf(folders));
            await Task.WhenAll(services.Select(service => service.Process.StopAsync(Signal.Terminate, StopPatience)));
            await WaitForStrangersAsync(settings);
            File.Delete(UpFolder.DrainingOf(folders));
        }
    }

    private static void RequireFree(Ports ports)
    {
        var named = ServiceKind.All.Zip(ports.Services, (kind, port) => (kind.Name, Port: port))
            .Concat([(Name: "registry", Port: ports.Registry), (Name: "postgres", Port: ports.Postgres), (Name: "redis", Port: ports.Redis)]);
        var taken = named.Where(one => LoopbackPort.IsTaken(one.Port)).ToList();
        if (taken.Count == 0) return;
        throw new PipelineException(
            string.Join('\n', taken.Select(one => $"Port {one.Port}, for the {one.Name}, is in use.")),
            $"Stop what uses it, or choose another: {string.Join(' ', taken.Select(one => $"--{one.Name}-port N"))}");
    }

    private PipelineException AlreadyRunning() => new(
        UpFolder.RunningIn(folders) is { } running ? $"./pipeline up runs already in this checkout (process {running.ProcessId})." : "Another ./pipeline up is starting in this checkout.",
        "One at a time: end the other with Ctrl-C, or use another data folder (PIPELINE_DATA) and other ports.");

    /// <summary>
    /// The Sink keeps its place in Kafka in Postgres, and Postgres outlives the in-process broker, whose topics begin at 0 again. With
    /// the old places the Sink would wait for offsets that are not there, or step over as many new records as it had stored before.
    /// Clearing them is safe: what is stored again is recognised by its event id.
    /// </summary>
    private static async Task ForgetOffsetsAsync(string connectionString, string schema, CancellationToken cancellation)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var known = database.CreateCommand("SELECT to_regclass($1)::text");
        known.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{schema}.sink_offset" });
        if (await known.ExecuteScalarAsync(cancellation) is not string table) return;
        await using var forget = database.CreateCommand($"DELETE FROM {table}");
        await forget.ExecuteNonQueryAsync(cancellation);
    }

    private async Task WaitUntilReadyAsync(IReadOnlyList<WatchedService> services, ServiceHealth health, CancellationToken cancellation)
    {
        terminal.Say("Starting the services …");
        var ready = await Task.WhenAll(services.Select(service => health.WaitUntilReadyAsync(service.Url, () => service.Process.Ended.IsCompleted, StartLimit, cancellation)));
        var late = services.Where((_, at) => !ready[at]).ToList();
        if (late.Count == 0) return;
        throw new PipelineException(
            $"Not ready: {string.Join(", ", late.Select(service => service.Kind.Name))}.",
            string.Join('\n', late.Select(service => $"{service.Process.LogFile} ends with:\n{service.Process.LastLines()}")));
    }

    private async Task WatchAsync(Infrastructure infrastructure, PipelineSettings settings, List<WatchedService> services, ServiceHealth health, CancellationToken ending)
    {
        using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, clock);
        var said = "";
        while (!ending.IsCancellationRequested)
        {
            try
            {
                foreach (var service in services) await service.LookAsync(terminal, health, ending);
                if (infrastructure.Postgres.Ended.IsCompleted) throw new PipelineException("Postgres has ended.", $"Its log is in {UpFolder.Of(folders)}. Start ./pipeline up again.");
                if (infrastructure.Redis.Ended.IsCompleted && !redisMissed)
                {
                    redisMissed = true;
                    terminal.Say("Redis has ended. Nothing is lost: it is a cache, and Postgres is asked instead.");
                }
                said = SayProgress(await monitor.ReadAsync(ending), said);
                await Task.Delay(LookEvery, clock, ending);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private bool redisMissed;

    private string SayProgress(IReadOnlyList<StageFigures> figures, string before)
    {
        var line = ProgressBoard.LineOf(figures);
        if (line != before && figures.Any(stage => stage.Records > 0 || stage.Lag > 0)) terminal.Say($"{clock.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {line}");
        return line;
    }

    private async Task<int> EndAsync(PipelineSettings settings, List<WatchedService> services, ServiceHealth health, Interruption interruption)
    {
        terminal.Say();
        terminal.Say("Ending: the Ingestor first …");
        await File.WriteAllTextAsync(UpFolder.DrainingOf(folders), "", CancellationToken.None);
        await services[0].Process.StopAsync(Signal.Terminate, StopPatience);
        await WaitUntilAwayAsync(services[0].Url, health);

        terminal.Say($"… then waiting until everything it took has been stored (Ctrl-C again does not wait) …");
        using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, clock);
        var last = (IReadOnlyList<StageFigures>)[];
        try
        {
            var end = await Drain.WaitAsync(monitor.ReadAsync, figures => last = figures, DrainPatience, clock, interruption.Hurrying);
            if (end.End == Drain.End.Drained)
            {
                terminal.Say("Everything has been stored.");
                return ExitCode.Ok;
            }
            terminal.Complain($"pipeline: nothing has moved for {DrainPatience.TotalSeconds:0} s; left unstored: {ProgressBoard.LineOf(last)}");
        }
        catch (OperationCanceledException)
        {
            terminal.Complain($"pipeline: not waiting; left unstored: {ProgressBoard.LineOf(last)}");
        }
        terminal.Complain("  What is left is gone with the in-process Kafka. Sending it again is safe.");
        return ExitCode.Failed;
    }

    private async Task WaitUntilAwayAsync(string url, ServiceHealth health)
    {
        var begun = clock.GetTimestamp();
        while (clock.GetElapsedTime(begun) < StopPatience && await health.IsWellAsync(ServiceHealth.LiveAddress(url), CancellationToken.None))
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, CancellationToken.None);
    }

    // Services that were started by hand are not our children; they see that the environment file is gone.
    private async Task WaitForStrangersAsync(PipelineSettings settings)
    {
        using var health = new ServiceHealth();
        await Task.WhenAll(settings.Urls.Values.Select(url => WaitUntilAwayAsync(url, health)));
    }
}
