using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

public sealed class Writing(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Is_done_when_everything_is_acknowledged_and_keeps_the_order_of_the_calls()
    {
        var topics = kafka.NewTopics("write");
        await using var app = Build("--Kafka:BatchRecords=10");
        var producer = app.Services.GetRequiredService<RecordProducer>();

        var calls = Enumerable.Range(0, 200).Select(call => producer.WriteAsync([Record(topics, call * 2), Record(topics, (call * 2) + 1)], Limit, CancellationToken.None)).ToList();
        await Task.WhenAll(calls);

        var records = kafka.Read(topics.All.Enriched.Name, read => read.Count >= 400);
        Assert.Equal(Enumerable.Range(0, 400), records.Select(record => int.Parse(record.Header("event-id"))));
        Assert.Equal("(no source-topic)", records[0].Header("source-topic"));
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", records[0].Header("traceparent"));
    }

    [Fact]
    public async Task Fails_as_unavailable_when_kafka_does_not_answer_within_the_limit()
    {
        var topics = kafka.NewTopics("unavailable");
        await using var app = Build();
        var producer = app.Services.GetRequiredService<RecordProducer>();
        await producer.WriteAsync([Record(topics, 0)], Limit, CancellationToken.None);
        kafka.Broker.Down();

        var fault = await Assert.ThrowsAsync<KafkaUnavailableException>(() => producer.WriteAsync([Record(topics, 1)], TimeSpan.FromMilliseconds(300), CancellationToken.None));
        Assert.True(Transient.Is(fault));

        kafka.Broker.Up();
        await producer.WriteAsync([Record(topics, 2)], Limit, CancellationToken.None);
        // What nobody waited for any more was still written, in its place.
        Assert.Equal(["0", "1", "2"], kafka.Read(topics.All.Enriched.Name, read => read.Count >= 3).Select(record => record.Header("event-id")));
    }

    [Fact]
    public async Task A_tombstone_has_its_key_and_headers_and_no_value()
    {
        var topics = kafka.NewTopics("tombstone");
        await using var app = Build();
        var end = new OutputTopic<EnrichedEvent>(topics.All.Enriched).Tombstone("1|82399031480511", "7", "whatsapp.lid-mapping.v1", 1, null);
        await app.Services.GetRequiredService<RecordProducer>().WriteAsync([end], Limit, CancellationToken.None);

        var record = Assert.Single(kafka.Read(topics.All.Enriched.Name, read => read.Count >= 1));
        Assert.Null(record.Message.Value);
        Assert.Equal(("1|82399031480511", "7"), (System.Text.Encoding.UTF8.GetString(record.Message.Key), record.Header("event-id")));
    }

    [Fact]
    public async Task Fails_as_unavailable_when_the_queue_is_full()
    {
        var topics = kafka.NewTopics("full");
        await using var app = Build("--Kafka:Producer:queue_buffering_max_messages=10");
        var producer = app.Services.GetRequiredService<RecordProducer>();
        await producer.WriteAsync([Record(topics, 0)], Limit, CancellationToken.None);
        kafka.Broker.Down();

        await Assert.ThrowsAsync<KafkaUnavailableException>(() => producer.WriteAsync([.. Enumerable.Range(1, 20).Select(number => Record(topics, number))], Limit, CancellationToken.None));
        kafka.Broker.Up();
    }

    [Fact]
    public async Task Refuses_a_record_that_is_too_large_before_anything_of_the_call_is_written()
    {
        var topics = kafka.NewTopics("toolarge");
        await using var app = Build();
        var producer = app.Services.GetRequiredService<RecordProducer>();
        await Assert.ThrowsAsync<RecordTooLargeException>(() => producer.WriteAsync([Record(topics, 0), Record(topics, 1, 1_000_000)], Limit, CancellationToken.None));

        await producer.WriteAsync([Record(topics, 2, 999_000)], Limit, CancellationToken.None);
        Assert.Equal("2", Assert.Single(kafka.Read(topics.All.Enriched.Name, read => read.Count >= 1)).Header("event-id"));
    }

    [Fact]
    public async Task Waits_while_the_reader_is_too_far_behind_and_goes_on_when_it_has_caught_up()
    {
        var topics = kafka.NewTopics("gate");
        // Unread records of an earlier process count too: 20 of them, 2 KiB each by the first guess.
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 20);
        await using var app = Build(topics, "gate", "--Kafka:MaxDownstreamBytes=60000");
        var producer = app.Services.GetRequiredService<RecordProducer>();
        Output Raw(int number) => Record(topics, number, 1000) with { Topic = topics.All.Raw.Name, Value = KafkaFixture.Raw(1, number, padding: 1000) };

        // The first write also waits for the connection.
        await producer.WriteAsync([Raw(20)], Limit, CancellationToken.None);
        var written = 21;
        while (true)
        {
            try
            {
                await producer.WriteAsync([Raw(written)], TimeSpan.FromSeconds(2), CancellationToken.None);
                written++;
            }
            catch (KafkaUnavailableException)
            {
                break;
            }
        }
        // 60 000 bytes less the 40 960 that were guessed leave room for some fifteen records of about 1.3 kB.
        Assert.InRange(written, 30, 40);

        await using var reader = TestService.Start(kafka, topics, "gate", Stages.PassOn(topics));
        await producer.WriteAsync([Raw(written)], Limit, CancellationToken.None);
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "gate");
    }

    [Fact]
    public async Task Of_a_stage_waits_for_the_reader_too_and_loses_nothing()
    {
        var topics = kafka.NewTopics("gated", partitions: 1);
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 3000);
        await using var writer = TestService.Start(
            kafka, topics, "gated", Stages.From((batch, _) => Task.FromResult<IReadOnlyList<Outcome>>(
                [.. batch.Inputs.Select(input => Outcome.Of(Stages.Follow(topics, input, 1000) with { Value = KafkaFixture.Raw(1, int.Parse(input.Value.EventId), 3000) }))])),
            builder => builder.LimitBacklog(all => all.Enriched, "downstream"), "--Kafka:MaxDownstreamBytes=1000000", "--Kafka:BatchRecords=100");

        await Eventually.True(async () => (await kafka.LagAsync(topics.All.Enriched.Name, "downstream"))[0].High >= 300, "it has written up to the limit");
        var held = (await kafka.LagAsync(topics.All.Enriched.Name, "downstream"))[0].High;
        Assert.InRange(held, 300, 600);

        // Without the gate two thirds of these nine megabytes would be gone from the in-process broker by now.
        var seen = new HashSet<string>();
        var down = new TestTopics(topics.Prefix, topics.All);
        await using var reader = TestService.Start(kafka, down, "downstream", Stages.From((batch, _) =>
        {
            lock (seen) seen.UnionWith(batch.Inputs.Select(input => input.Value.EventId));
            return Task.FromResult<IReadOnlyList<Outcome>>([.. batch.Inputs.Select(_ => Outcome.Done)]);
        }), all => new Topic<RawEvent>(all.Enriched.Name));
        await Eventually.True(() => seen.Count == 3000, "everything has been read", seconds: 60);
    }

    private static Output Record(TestTopics topics, int number, int bytes = 16) =>
        new(topics.All.Enriched.Name, "1", new byte[bytes], KafkaFixture.Id(number), "whatsapp.test.v1", 1, null);

    private Microsoft.AspNetCore.Builder.WebApplication Build(params string[] args) => ServiceBuilder.Create("writer", [.. Settings(), .. args]).Build();

    private Microsoft.AspNetCore.Builder.WebApplication Build(TestTopics topics, string group, params string[] args) =>
        ServiceBuilder.Create("writer", [.. Settings(), $"--Topics:Prefix={topics.Prefix}", .. args]).LimitBacklog(all => all.Raw, group).Build();

    private string[] Settings() => [$"--Kafka:BootstrapServers={kafka.Broker.BootstrapServers}", "--Http:Url=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"];
}
