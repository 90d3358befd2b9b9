using Pipeline.Cli.Services;

namespace Pipeline.EndToEnd;

/// <summary>A service is killed in the middle of the work and started again: the same rows as in a run that nothing disturbed.</summary>
public sealed class KilledServiceTests(KilledServiceTests.Undisturbed undisturbed) : IClassFixture<KilledServiceTests.Undisturbed>
{
    // Enough for a kill to hit batches in flight.
    private const int Repetitions = 12;

    [Theory]
    [InlineData("ingestor")]
    [InlineData("resolver")]
    [InlineData("threadlinker")]
    [InlineData("sink")]
    public async Task Killing_a_service_loses_and_doubles_nothing(string name)
    {
        var victim = ServiceKind.All.Single(kind => kind.Name == name);
        await using var run = await PipelineRun.StartAsync();
        var sending = run.SendAsync(Input());
        if (victim == ServiceKind.Ingestor)
        {
            while (await run.RecordsDoneAsync(ServiceKind.Resolver) == 0) await Task.Delay(10);
        }
        else
        {
            while (await run.RecordsDoneAsync(victim) == 0) await Task.Delay(10);
        }
        await run.KillAsync(victim);
        run.Start(victim);
        await sending;
        await run.UntilReadyAsync(victim);
        await run.DrainAsync();

        var results = await run.ResultsAsync();
        Assert.Equal(undisturbed.Results["messages.jsonl"], results["messages.jsonl"]);
        Assert.Equal(undisturbed.Results["conversations.jsonl"], results["conversations.jsonl"]);
        Assert.Equal(undisturbed.Results["mappings.jsonl"], results["mappings.jsonl"]);
    }

    // The shipped sample, many times over: each repetition is another set of businesses, so that there is enough to do.
    private static IEnumerable<string> Input()
    {
        var sample = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "samples", "demo.jsonl"));
        for (var repetition = 0; repetition < Repetitions; repetition++)
            foreach (var line in sample)
                yield return Lines.ForBusiness(line, business => (repetition * 100) + business);
    }

    public sealed class Undisturbed : IAsyncLifetime
    {
        public IReadOnlyDictionary<string, string> Results { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await using var run = await PipelineRun.StartAsync();
            await run.SendAsync(Input());
            await run.DrainAsync();
            Results = await run.ResultsAsync();
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
