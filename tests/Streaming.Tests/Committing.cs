using Confluent.Kafka;
using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

public sealed class Committing(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    [Fact]
    public async Task Waits_for_the_acknowledgement_of_everything_that_follows()
    {
        var topics = kafka.NewTopics("held");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 100);
        // Retriable, so librdkafka tries again and again; the acknowledgement is held until the errors are taken away.
        kafka.Broker.FailNext(EmbeddedBroker.Request.Produce, ErrorCode.NotEnoughReplicas, times: 10_000);
        var ran = 0;
        var passOn = Stages.PassOn(topics);
        var stage = Stages.From((batch, cancellation) =>
        {
            Interlocked.Add(ref ran, batch.Inputs.Count);
            return passOn.RunAsync(batch, cancellation);
        });

        await using var service = TestService.Start(kafka, topics, "held", stage);
        await Eventually.True(() => ran == 100, "the stage has run");
        Assert.All(await kafka.LagAsync(topics.All.Raw.Name, "held"), lag => Assert.Null(lag.Committed));

        kafka.Broker.StopFailing(EmbeddedBroker.Request.Produce);
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "held");
        Assert.Equal(100, kafka.Read(topics.All.Enriched.Name, read => read.Count >= 100).Count);
    }

    [Fact]
    public async Task Continues_after_a_restart_where_it_stopped_with_nothing_lost()
    {
        var topics = kafka.NewTopics("restart");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 500);
        await using (TestService.Start(kafka, topics, "restart", Stages.PassOn(topics)))
            await kafka.CaughtUpAsync(topics.All.Raw.Name, "restart");

        kafka.ProduceRaw(topics, business: 1, from: 500, count: 500);
        await using (TestService.Start(kafka, topics, "restart", Stages.PassOn(topics)))
            await kafka.CaughtUpAsync(topics.All.Raw.Name, "restart");

        var numbers = kafka.Read(topics.All.Enriched.Name, read => read.Count >= 1000).Select(record => int.Parse(record.Header("event-id")));
        Assert.Equal(Enumerable.Range(0, 1000), numbers);
    }

    [Fact]
    public async Task Never_passes_a_record_that_is_still_being_worked_on()
    {
        var topics = kafka.NewTopics("unfinished");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 300);
        var release = new TaskCompletionSource();
        var slow = -1L;
        var passOn = Stages.PassOn(topics);
        var stage = Stages.From(async (batch, cancellation) =>
        {
            if (batch.Inputs.Any(input => input.Value.EventId == "150"))
            {
                Volatile.Write(ref slow, batch.Inputs[0].Position.Offset);
                await release.Task.WaitAsync(cancellation);
            }
            return await passOn.RunAsync(batch, cancellation);
        });

        await using var service = TestService.Start(kafka, topics, "unfinished", stage, "--Kafka:BatchRecords=10");
        var partition = Murmur2.PartitionOf("1", 4);
        await Eventually.True(async () => (await kafka.LagAsync(topics.All.Raw.Name, "unfinished"))[partition].Committed == Volatile.Read(ref slow), "everything before the slow batch is committed, and no more");

        release.SetResult();
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "unfinished");
    }

    [Fact]
    public async Task Survives_a_broker_that_is_away_for_a_while()
    {
        var topics = kafka.NewTopics("away");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 2000);
        var passOn = Stages.PassOn(topics);
        var (ran, ranUntilDown) = (0, 0);
        StageLoop<RawEvent>? loop = null;
        var stage = Stages.From(async (batch, cancellation) =>
        {
            // So that reading gets ahead: the broker goes while more waits here than the batch that is worked on.
            await Task.Delay(40, cancellation);
            if (Interlocked.Increment(ref ran) >= 5 && Volatile.Read(ref loop)?.Buffered.Records > 0 && Interlocked.CompareExchange(ref ranUntilDown, ran, 0) == 0) kafka.Broker.Down();
            return await passOn.RunAsync(batch, cancellation);
        });

        await using var service = TestService.Start(kafka, topics, "away", stage, "--Kafka:BatchRecords=100");
        Volatile.Write(ref loop, service.App.Services.GetService(typeof(StageLoop<RawEvent>)) as StageLoop<RawEvent>);
        try
        {
            await Eventually.True(() => ranUntilDown > 0 && ran > ranUntilDown, "a batch waits for its acknowledgements, the next is worked on", seconds: 60);
        }
        finally
        {
            // The other tests of the class stand on the same broker.
            kafka.Broker.Up();
        }

        await kafka.CaughtUpAsync(topics.All.Raw.Name, "away", seconds: 60);
        var numbers = kafka.Read(topics.All.Enriched.Name, read => read.Count >= 2000).Select(record => int.Parse(record.Header("event-id"))).Distinct();
        Assert.Equal(Enumerable.Range(0, 2000), numbers);
    }

    [Fact]
    public async Task Ends_cleanly_within_ten_seconds_when_asked_to()
    {
        var topics = kafka.NewTopics("stop");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 5000);
        var ran = 0;
        var passOn = Stages.PassOn(topics);
        var stage = Stages.From(async (batch, cancellation) =>
        {
            Interlocked.Increment(ref ran);
            await Task.Delay(50, cancellation);
            return await passOn.RunAsync(batch, cancellation);
        });
        var service = TestService.Start(kafka, topics, "stop", stage, "--Kafka:BatchRecords=100");
        await Eventually.True(() => ran > 3, "it is in mid-flow");

        var asked = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await service.StopAsync());
        Assert.InRange(TimeProvider.System.GetElapsedTime(asked).TotalSeconds, 0, 10);

        // What was finished is committed: nothing was written that the next start would write again.
        var committed = (await kafka.LagAsync(topics.All.Raw.Name, "stop")).Sum(lag => lag.Next);
        Assert.Equal(committed, kafka.Read(topics.All.Enriched.Name, read => read.Count >= committed).Count);
        Assert.InRange(committed, 300, 4900);
    }

    [Fact]
    public async Task Abandons_a_batch_that_does_not_end_and_still_stops_in_time()
    {
        var topics = kafka.NewTopics("stuck");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 10);
        var running = false;
        var stage = Stages.From(async (_, _) =>
        {
            Volatile.Write(ref running, true);
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return [];
        });
        var service = TestService.Start(kafka, topics, "stuck", stage);
        await Eventually.True(() => Volatile.Read(ref running), "the stage hangs");

        var asked = TimeProvider.System.GetTimestamp();
        await service.StopAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(asked).TotalSeconds, 0, 12);
        Assert.All(await kafka.LagAsync(topics.All.Raw.Name, "stuck"), lag => Assert.Null(lag.Committed));
    }
}
