using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

public sealed class Tools(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    [Fact]
    public async Task Read_a_range_write_a_record_back_unchanged_and_move_a_group()
    {
        var topics = kafka.NewTopics("tools");
        kafka.Produce(topics.All.Raw.Name, "1", KafkaFixture.Raw(1, 0), [new Confluent.Kafka.Header("own", [1, 2])], new Confluent.Kafka.Timestamp(1_700_000_000_123, Confluent.Kafka.TimestampType.CreateTime));
        kafka.ProduceRaw(topics, business: 1, from: 1, count: 9);
        var partition = Murmur2.PartitionOf("1", 4);
        await using var app = ServiceBuilder.Create("tools", [$"--Kafka:BootstrapServers={kafka.Broker.BootstrapServers}", "--Logging:LogLevel:Default=None"]).Build();
        var tools = app.Services.GetRequiredService<TopicTools>();

        var read = new List<StoredRecord>();
        await foreach (var record in tools.ReadAsync([new(topics.All.Raw.Name, partition, 0)], [new(topics.All.Raw.Name, partition, 5)], CancellationToken.None)) read.Add(record);
        Assert.Equal([0, 1, 2, 3, 4], read.Select(record => record.Position.Offset));

        await tools.WriteAsync(topics.All.Enriched.Name, read[0], TimeSpan.FromSeconds(10), CancellationToken.None);
        var copy = kafka.Read(topics.All.Enriched.Name, all => all.Count == 1)[0];
        Assert.Equal("1", copy.KeyText());
        Assert.Equal(KafkaFixture.Raw(1, 0), copy.Message.Value);
        Assert.Equal([1, 2], copy.Message.Headers.GetLastBytes("own"));
        Assert.Equal(1_700_000_000_123, copy.Message.Timestamp.UnixTimestampMs);

        await tools.CommitAsync("moved", [new(topics.All.Raw.Name, partition, 7)], CancellationToken.None);
        var lag = (await app.Services.GetRequiredService<LagReader>().ReadAsync(topics.All.Raw.Name, "moved", TimeSpan.FromSeconds(5), CancellationToken.None))[partition];
        Assert.Equal((0L, 10L, 7L, 3L), (lag.Low, lag.High, lag.Committed, lag.Lag));
    }

    [Fact]
    public async Task Say_clearly_that_the_embedded_broker_creates_no_topics_by_request()
    {
        var admin = new TopicAdmin(new KafkaOptions { BootstrapServers = kafka.Broker.BootstrapServers }, new ServiceName("tools"));
        var fault = await Assert.ThrowsAsync<KafkaUnavailableException>(() => admin.CreateAsync(new Topics("created.").All, 4, 1, TimeSpan.FromDays(7)));
        Assert.Contains("in-process broker", fault.Message);
    }
}
