using Pipeline.Cli.Services;

namespace Pipeline.EndToEnd;

/// <summary>A service is killed in the middle of the work and started again: the same rows as in a run that nothing disturbed.</summary>
public sealed class KilledServiceTests(KilledServiceTests.Undisturbed undisturbed) : IClassFixture<KilledServiceTests.Undisturbed>
{
    // Enough for a kill to hit batches in flight.
    private const int Repetitions = 40;

    [Theory]
    [InlineData("ingestor")]
    [InlineData("resolver")]
    [InlineData("threadlinker")]
    [InlineData("sink")]
    public async Task Killing_a_service_loses_and_doubles_nothing(string name)
    {
        var victim = ServiceKind.All.Single(kind => kind.Name == name);
        await using var run = await PipelineRun.StartAsync();
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (var repetition = 0; repetition < Repetitions; repetition++, Interlocked.Increment(ref sent)) await run.SendAsync(Input(repetition));
        });
        while (Volatile.Read(ref sent) < Repetitions / 4) await Task.Delay(1);
        await run.KillAsync(victim);
        // The Ingestor reads no topic: what the Resolver has done tells how far it came.
        var progress = victim == ServiceKind.Ingestor ? ServiceKind.Resolver : victim;
        var whenKilled = await run.RecordsDoneAsync(progress);
        run.Start(victim);
        await sending;
        await run.UntilReadyAsync(victim);
        await run.DrainAsync();
        Assert.True(whenKilled < await run.RecordsDoneAsync(progress), "The kill came too late to be in the middle of the work.");

        var results = await run.ResultsAsync();
        Assert.Equal(undisturbed.Results["messages.jsonl"], results["messages.jsonl"]);
        Assert.Equal(undisturbed.Results["conversations.jsonl"], results["conversations.jsonl"]);
        Assert.Equal(undisturbed.Results["mappings.jsonl"], results["mappings.jsonl"]);
    }

    // The shipped sample, many times over: each repetition is another set of businesses, so that there is enough to do.
    private static IEnumerable<string> Input(int repetition) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "samples", "demo.jsonl")).Select(line => Lines.ForBusiness(line, business => (repetition * 100) + business));

    public sealed class Undisturbed : IAsyncLifetime
    {
        public IReadOnlyDictionary<string, string> Results { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await using var run = await PipelineRun.StartAsync();
            for (var repetition = 0; repetition < Repetitions; repetition++) await run.SendAsync(Input(repetition));
            await run.DrainAsync();
            Results = await run.ResultsAsync();
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
