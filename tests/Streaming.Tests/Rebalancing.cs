using System.Collections.Concurrent;
using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

public sealed class Rebalancing(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    [Fact]
    public async Task Moves_partitions_in_mid_flow_and_loses_nothing()
    {
        var topics = kafka.NewTopics("rebalance", partitions: 8);
        const int count = 24_000;
        for (var number = 0; number < count; number++) kafka.Produce(topics.All.Raw.Name, Topics.KeyOf(number % 40), KafkaFixture.Raw(number % 40, number));
        kafka.Flush();
        var (ranOne, ranTwo) = (0, 0);
        var tenures = new ConcurrentDictionary<Tenure, byte>();
        var passOn = Stages.PassOn(topics);

        // Until the second is there the first takes its time, or a fast machine would leave nothing to share.
        await using var one = TestService.Start(kafka, topics, "rebalance", Slow(() => Interlocked.Increment(ref ranOne) > 60 && ranTwo == 0), "--Kafka:BatchRecords=100");
        await Eventually.True(() => ranOne > 3, "the first member works");
        var two = TestService.Start(kafka, topics, "rebalance", Slow(() => Interlocked.Increment(ref ranTwo) < 0), "--Kafka:BatchRecords=100");
        await Eventually.True(() => ranTwo > 3, "the second member got partitions", seconds: 180);
        Assert.Equal(0, await two.StopAsync());
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "rebalance", seconds: 180);

        var written = (await kafka.LagAsync(topics.All.Enriched.Name, "nobody")).Sum(lag => lag.High);
        var records = kafka.Read(topics.All.Enriched.Name, read => read.Count == written, partitions: 8);
        Assert.Equal(count, records.Select(record => record.Header("event-id")).Distinct().Count());
        // What a member had finished and not yet committed when it had to give its partitions up is repeated by the next. How much that is and
        // how often partitions change hands depends on the machine; while they do not, nothing is repeated.
        Assert.All(records.GroupBy(record => record.Header("event-id")), copies => Assert.InRange(copies.Count(), 1, tenures.Count));
        foreach (var ofKey in records.GroupBy(RecordExtensions.KeyText))
        {
            var first = ofKey.OrderBy(record => record.Offset.Value).Select(record => int.Parse(record.Header("event-id"))).Distinct().ToList();
            Assert.Equal(first.Order(), first);
        }

        Stages.FromFunction Slow(Func<bool> takesItsTime) => Stages.From(async (batch, cancellation) =>
        {
            tenures.TryAdd(batch.Tenure!, 0);
            await Task.Delay(takesItsTime() ? 500 : 40, cancellation);
            return await passOn.RunAsync(batch, cancellation);
        });
    }

    [Fact]
    public async Task Does_not_happen_because_a_stage_is_slow_and_memory_stays_bounded()
    {
        var topics = kafka.NewTopics("slow");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 3000, padding: 500);
        var release = new TaskCompletionSource();
        var calls = 0;
        var passOn = Stages.PassOn(topics);
        var stage = Stages.From(async (batch, cancellation) =>
        {
            Interlocked.Increment(ref calls);
            await release.Task.WaitAsync(cancellation);
            return await passOn.RunAsync(batch, cancellation);
        });

        await using var service = TestService.Start(
            kafka, topics, "slow", stage, "--Kafka:BatchRecords=50", "--Kafka:SessionTimeout=00:00:06", "--Kafka:Consumer:max_poll_interval_ms=6000");
        await Eventually.True(() => calls == 1, "the stage hangs in its first batch");
        var started = TimeProvider.System.GetTimestamp();
        await Eventually.True(() => TimeProvider.System.GetElapsedTime(started).TotalSeconds > 9, "half as long again as a member may go without polling");

        var loop = service.App.Services.GetService(typeof(StageLoop<RawEvent>)) as StageLoop<RawEvent>;
        Assert.Equal(200, loop!.Buffered.Records);
        Assert.True(service.Health.IsReady);
        release.SetResult();
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "slow");
        // No second delivery: the member was never expelled.
        Assert.Equal(Enumerable.Range(0, 3000), kafka.Read(topics.All.Enriched.Name, read => read.Count >= 3000).Select(record => int.Parse(record.Header("event-id"))));
    }
}
