using System.Globalization;
using Npgsql;
using Pipeline.Cli.Bench;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Services;
using Pipeline.Ingestor;

namespace Pipeline.Cli.Runs;

/// <summary>
/// Measures the four services as processes of their own on embedded servers: generated messages in over HTTP, counted in Postgres at
/// the end. What is generated, the broker and the progress display run in this process and compete for the same processors.
/// </summary>
internal sealed class BenchRun(Terminal terminal, CheckoutFolders folders, TimeProvider clock)
{
    private const string DatabasePrefix = "bench_";
    private const int WarmUpMessages = 5_000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>How much to send.</summary>
    /// <param name="Messages">Messages, all businesses together.</param>
    /// <param name="Businesses">Businesses.</param>
    /// <param name="People">People, all businesses together.</param>
    public sealed record Request(int Messages, int Businesses, int People);

    /// <summary>Runs it.</summary>
    /// <returns>The exit code: 0 when every message was stored exactly once.</returns>
    /// <exception cref="PipelineException">It did not get through.</exception>
    public async Task<int> RunAsync(Request request, CancellationToken cancellation)
    {
        using var place = RunLock.TakeFirstFree(folders.DataOf("bench"));
        await using var guardian = new Guardian();
        var database = DatabasePrefix + clock.GetUtcNow().ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture);
        var plan = new Infrastructure.Plan(place.Folder, database, Durable: false);
        terminal.Say("Starting …");
        await using var infrastructure = await Infrastructure.StartAsync(plan, guardian, terminal.Say, cancellation);
        foreach (var forgotten in await infrastructure.Postgres.DatabasesAsync(DatabasePrefix, cancellation))
            if (forgotten != database) await infrastructure.Postgres.DropDatabaseAsync(forgotten, cancellation);

        var settings = PipelineSettings.For(infrastructure, plan, SharedKey.New(), LoopbackPort.Free(ServiceKind.All.Count));
        foreach (var log in Directory.GetFiles(place.Folder, "*.log").Where(file => ServiceKind.All.Any(kind => Path.GetFileName(file) == kind.Name + ".log"))) File.Delete(log);
        var services = ServiceKind.All.Select(kind => ServiceProcess.Start(kind, settings, place.Folder, guardian)).ToList();
        try
        {
            await WaitUntilReadyAsync(services, settings, cancellation);
            await WarmUpAsync(request, settings, services, cancellation);
            var traffic = new Traffic(request.Messages, request.Businesses, request.People);
            terminal.Say($"Sending {request.Messages:N0} messages of {request.Businesses} businesses and {traffic.PeopleWhoWrite:N0} people, half of them by LID");
            var playing = NewPlaying(terminal, settings);
            var took = await playing.RunAsync(traffic.Lines().ToAsyncEnumerable(), onAccepted: null, () => RequireAlive(services), cancellation);
            var memory = services.Select(service => (service.Name, Peak: PeakMemory.Of(service.Id))).ToList();
            var stored = await StoredCounts.ReadAsync(infrastructure.ConnectionString, plan.Schema, request.Businesses, cancellation);
            return Report(request, traffic, playing, took, memory, stored);
        }
        finally
        {
            await Task.WhenAll(services.Select(service => service.StopAsync(Signal.Terminate, TimeSpan.FromSeconds(12))));
            await infrastructure.Postgres.DropDatabaseAsync(database, CancellationToken.None);
        }
    }

    private Playing NewPlaying(Terminal shownOn, PipelineSettings settings) => new(shownOn, settings, business => BusinessTokens.Issue(settings.SigningKey, business), clock);

    /// <summary>
    /// A few messages of other businesses first. What is measured is how fast the services work, not how long a consumer group takes to
    /// form (three seconds each on the in-process broker) or .NET to compile.
    /// </summary>
    private async Task WarmUpAsync(Request request, PipelineSettings settings, IReadOnlyList<ChildProcess> services, CancellationToken cancellation)
    {
        terminal.Say($"Warming up with {WarmUpMessages:N0} messages of other businesses");
        var traffic = new Traffic(WarmUpMessages, request.Businesses, WarmUpMessages / 10, firstBusiness: request.Businesses + 1);
        var silent = new Terminal(TextWriter.Null, TextWriter.Null, live: false);
        await NewPlaying(silent, settings).RunAsync(traffic.Lines().ToAsyncEnumerable(), onAccepted: null, () => RequireAlive(services), cancellation);
    }

    private int Report(
        Request request, Traffic traffic, Playing playing, TimeSpan took, IReadOnlyList<(string Name, long? Peak)> memory, StoredCounts stored)
    {
        var text = CultureInfo.InvariantCulture;
        terminal.Say();
        terminal.Say(string.Create(text, $"{stored.Messages / took.TotalSeconds:N0} messages per second end to end: {stored.Messages:N0} stored in {took.TotalSeconds:0.0} s ({Environment.ProcessorCount} processors, everything on this machine, after the warm-up)"));
        foreach (var (name, peak) in memory) terminal.Say(string.Create(text, $"  {name,-12} peak memory {(peak ?? 0) / 1024.0 / 1024.0,6:0} MiB"));
        terminal.Say(string.Create(text, $"  {stored.Conversations:N0} conversations for {traffic.PeopleWhoWrite:N0} people"));
        RefusedLines.Show(terminal, playing.Sent);

        var faults = new List<string>();
        if (stored.Messages < request.Messages) faults.Add(string.Create(text, $"{request.Messages - stored.Messages:N0} messages were lost"));
        if (stored.Messages > stored.DifferentMessages) faults.Add(string.Create(text, $"{stored.Messages - stored.DifferentMessages:N0} messages were stored twice"));
        if (stored.Conversations != traffic.PeopleWhoWrite) faults.Add(string.Create(text, $"{stored.Conversations:N0} conversations instead of {traffic.PeopleWhoWrite:N0}"));
        if (faults.Count > 0) throw new PipelineException(string.Join("; ", faults) + ".");
        terminal.Say("  nothing lost, nothing stored twice, one conversation for each person (counted in Postgres)");
        return ExitCode.Ok;
    }

    private static async Task WaitUntilReadyAsync(IReadOnlyList<ChildProcess> services, PipelineSettings settings, CancellationToken cancellation)
    {
        using var health = new ServiceHealth();
        var ready = await Task.WhenAll(services.Select(service => health.WaitUntilReadyAsync(settings.Urls[service.Name], () => service.Ended.IsCompleted, StartLimit, cancellation)));
        var late = services.Where((_, at) => !ready[at]).ToList();
        if (late.Count > 0)
            throw new PipelineException($"Not ready: {string.Join(", ", late.Select(service => service.Name))}.", string.Join('\n', late.Select(service => $"{service.LogFile} ends with:\n{service.LastLines()}")));
    }

    private static void RequireAlive(IReadOnlyList<ChildProcess> services)
    {
        foreach (var service in services)
            if (service.Ended.IsCompleted) throw new PipelineException($"The {service.Name} ended.", $"{service.LogFile} ends with:\n{service.LastLines()}");
    }
}
