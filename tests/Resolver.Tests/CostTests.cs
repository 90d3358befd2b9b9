using StackExchange.Redis;
using Xunit.Abstractions;
using static Pipeline.Resolver.Tests.Resolving;

namespace Pipeline.Resolver.Tests;

/// <summary>What a LID costs, counted where it is paid: by Redis itself and by the endpoint. 100 000 messages over 5 000 LIDs.</summary>
[Collection(nameof(Stores))]
public sealed class CostTests(Stores stores, ITestOutputHelper output) : OnStores(stores)
{
    private const int Lids = 5_000;
    private const int Batches = 100;
    private const int BatchSize = 1_000;

    private readonly Stores stores = stores;
    private readonly string prefix = $"cost:{Guid.NewGuid():n}:";

    [Fact]
    public async Task A_known_LID_costs_one_Redis_call_a_batch_and_none_once_it_is_in_memory()
    {
        var teacher = New(Options(), stores.Redis.ConnectionString);
        foreach (var some in Enumerable.Range(0, Lids).Chunk(BatchSize))
            await teacher.RunAsync([.. some.Select(i => Mapping(LidOf(i), $"9725{i:00000000}@s.whatsapp.net"))]);

        // Another process, without warm-up.
        var reader = New(Options(), stores.Redis.ConnectionString);
        var before = await MGetsAsync();
        for (var batch = 0; batch < Lids / BatchSize; batch++) await PlayAsync(reader, batch);
        var firstTime = await MGetsAsync() - before;
        for (var batch = Lids / BatchSize; batch < Batches; batch++) await PlayAsync(reader, batch);
        var afterwards = await MGetsAsync() - before - firstTime;

        output.WriteLine($"Redis calls for {Lids} known LIDs, {Lids / BatchSize} batches: {firstTime}; for the {(Batches * BatchSize) - Lids} messages after them: {afterwards}");
        Assert.Equal((Lids / BatchSize, 0), (firstTime, afterwards));
    }

    [Fact]
    public async Task An_unknown_LID_costs_one_question_however_many_messages_and_restarts()
    {
        await using var stub = await EndpointStub.StartAsync();
        var options = stub.Patient();
        options.EndpointWait = TimeSpan.FromMilliseconds(50);
        var first = New(options);
        for (var batch = 0; batch < Batches / 2; batch++) await PlayAsync(first, batch);
        await Eventually(() => stub.Asked.Count >= Lids);
        await first.Answers.WriteDownAsync(default);

        var second = New(options);
        for (var batch = Batches / 2; batch < Batches; batch++) await PlayAsync(second, batch);
        await second.RecheckAsync();

        output.WriteLine($"Questions for {Batches * BatchSize} messages over {Lids} unknown LIDs: {stub.Asked.Count}");
        Assert.Equal(Lids, stub.Asked.Count);
        Assert.Equal(Lids, stub.Asked.Distinct().Count());
    }

    private static string LidOf(int number) => $"8{number:0000000000000}@lid";

    private static async Task PlayAsync(Resolving resolving, int batch) =>
        await resolving.OutcomesAsync([.. Enumerable.Range(batch * BatchSize, BatchSize).Select(i => Message(LidOf(i % Lids), $"M{i}"))]);

    private static async Task Eventually(Func<bool> isTrue)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!isTrue()) await pace.WaitForNextTickAsync(limit.Token);
    }

    private ResolverOptions Options() => new() { RedisKeyPrefix = prefix, RedisLimit = TimeSpan.FromSeconds(5), EndpointWait = TimeSpan.FromMilliseconds(50), WarmUpEntries = 0 };

    private async Task<int> MGetsAsync()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(stores.Redis.ConnectionString + ",allowAdmin=true");
        var statistics = await redis.GetServer(redis.GetEndPoints()[0]).InfoAsync("commandstats");
        var mget = statistics.SelectMany(group => group).FirstOrDefault(line => line.Key == "cmdstat_mget").Value;
        return mget is null ? 0 : int.Parse(mget.Split(',')[0]["calls=".Length..]);
    }
}
