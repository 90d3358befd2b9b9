using Confluent.Kafka;

namespace Pipeline.Streaming.Tests;

/// <summary>
/// What the in-process broker can show of transactions: that everything is written in order and nothing is left out, whatever has to be
/// aborted. It keeps no positions of transactions and shows aborted records; tests/Containers hold the rest against a real broker.
/// </summary>
public sealed class WritingInTransactions(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    private const string On = "--Kafka:Transactions=true";

    [Fact]
    public async Task Writes_everything_in_order()
    {
        var topics = kafka.NewTopics("transact");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 5000);

        await using var service = TestService.Start(kafka, topics, "transact", Stages.PassOn(topics), On, "--Kafka:InstanceId=one");
        var read = kafka.Read(topics.All.Enriched.Name, read => read.Count >= 5000);

        Assert.Equal(Enumerable.Range(0, 5000), read.Select(record => int.Parse(record.Header("event-id"))));
    }

    [Fact]
    public async Task Repeats_a_batch_whose_transaction_was_aborted()
    {
        var topics = kafka.NewTopics("aborted");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 300);
        // The write itself is refused for good, which ends the transaction but not the producer.
        kafka.Broker.FailNext(EmbeddedBroker.Request.Produce, ErrorCode.TopicAuthorizationFailed, times: 2);

        await using var service = TestService.Start(kafka, topics, "aborted", Stages.PassOn(topics), On);
        var read = kafka.Read(topics.All.Enriched.Name, read => read.Select(record => record.Header("event-id")).Distinct().Count() == 300);

        Assert.Equal(Enumerable.Range(0, 300), read.Select(record => int.Parse(record.Header("event-id"))).Distinct());
        Assert.False(service.ExitCode.IsCompleted);
    }

    [Fact]
    public async Task Sets_aside_what_the_broker_finds_too_large_and_goes_on()
    {
        var topics = kafka.NewTopics("oversized");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 1);
        // Once for the batch, and once more when the record is written alone.
        kafka.Broker.FailNext(EmbeddedBroker.Request.Produce, ErrorCode.MsgSizeTooLarge, times: 2);

        await using var service = TestService.Start(kafka, topics, "oversized", Stages.PassOn(topics), On);
        var letter = Assert.Single(kafka.Read(topics.All.Raw.DeadLetters, read => read.Count >= 1));
        kafka.ProduceRaw(topics, business: 1, from: 1, count: 1);

        Assert.Equal("too_large", letter.Header("dlq-reason"));
        Assert.Equal("1", kafka.Read(topics.All.Enriched.Name, read => read.Count >= 1)[^1].Header("event-id"));
    }

    [Fact]
    public async Task Sets_aside_what_the_stage_rejects_in_the_same_transaction()
    {
        var topics = kafka.NewTopics("rejecting");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 10);
        var stage = Stages.From((batch, _) => Task.FromResult<IReadOnlyList<Outcome>>(
            [.. batch.Inputs.Select(input => input.Value.EventId == "4" ? new Outcome.Reject("refused", "Not wanted.") : Outcome.Of(Stages.Follow(topics, input)))]));

        await using var service = TestService.Start(kafka, topics, "rejecting", stage, On);

        Assert.Equal("4", Assert.Single(kafka.Read(topics.All.Raw.DeadLetters, read => read.Count >= 1)).Header("__connect.errors.offset"));
        Assert.Equal(9, kafka.Read(topics.All.Enriched.Name, read => read.Count >= 9).Count);
    }

    [Fact]
    public async Task Makes_the_producer_anew_after_a_commit_that_took_too_long()
    {
        var topics = kafka.NewTopics("slowcommit");
        using var counted = new TransactionCounts();
        await using var service = TestService.Start(kafka, topics, "slowcommit", Stages.PassOn(topics), On, "--Kafka:Producer:socket_timeout_ms=300");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 10);
        _ = kafka.Read(topics.All.Enriched.Name, read => read.Count >= 10);

        kafka.Broker.FailNext(EmbeddedBroker.Request.EndTxn, ErrorCode.GroupLoadInProgress, times: 8);
        kafka.ProduceRaw(topics, business: 1, from: 10, count: 10);
        await Eventually.True(() => counted.Of("recreate") == 1, "the producer was made anew");
        kafka.ProduceRaw(topics, business: 1, from: 20, count: 10);

        var read = kafka.Read(topics.All.Enriched.Name, read => read.Count >= 30);
        Assert.Equal(Enumerable.Range(0, 30), read.Select(record => int.Parse(record.Header("event-id"))));
    }

    [Fact]
    public async Task Ends_the_process_when_another_has_taken_its_place()
    {
        var topics = kafka.NewTopics("fenced");
        await using var service = TestService.Start(kafka, topics, "fenced", Stages.PassOn(topics), On);
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 1);
        _ = kafka.Read(topics.All.Enriched.Name, read => read.Count >= 1);

        kafka.Broker.FailNext(EmbeddedBroker.Request.EndTxn, ErrorCode.InvalidProducerEpoch, times: 100);
        kafka.ProduceRaw(topics, business: 1, from: 1, count: 1);

        Assert.Equal(1, await service.ExitCode.WaitAsync(TimeSpan.FromSeconds(30)));
        kafka.Broker.StopFailing(EmbeddedBroker.Request.EndTxn);
    }

    private sealed class TransactionCounts : IDisposable
    {
        private readonly System.Diagnostics.Metrics.MeterListener listener = new();
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long> counts = [];

        public TransactionCounts()
        {
            listener.InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == "whatsapp.transactions") listening.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            {
                var (group, outcome) = ("", "");
                foreach (var tag in tags)
                    if (tag.Key == "outcome") outcome = (string)tag.Value!;
                    else group = (string)tag.Value!;
                if (group == "slowcommit") counts.AddOrUpdate(outcome, count, (_, known) => known + count);
            });
            listener.Start();
        }

        public long Of(string outcome) => counts.GetValueOrDefault(outcome);

        public void Dispose() => listener.Dispose();
    }
}
