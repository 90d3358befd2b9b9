using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

public sealed class Tools(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    [Fact]
    public async Task Read_a_range_of_a_topic_unchanged()
    {
        var topics = kafka.NewTopics("tools");
        kafka.Produce(topics.All.Raw.Name, "1", KafkaFixture.Raw(1, 0), [new Confluent.Kafka.Header("own", [1, 2])], new Confluent.Kafka.Timestamp(1_700_000_000_123, Confluent.Kafka.TimestampType.CreateTime));
        kafka.ProduceRaw(topics, business: 1, from: 1, count: 9);
        var partition = Murmur2.PartitionOf("1", 4);
        var reader = new TopicReader(new KafkaOptions { BootstrapServers = kafka.Broker.BootstrapServers }, new ServiceName("tools"));

        var read = new List<StoredRecord>();
        await foreach (var record in reader.ReadAsync([new(topics.All.Raw.Name, partition, 0)], [new(topics.All.Raw.Name, partition, 5)], CancellationToken.None)) read.Add(record);

        Assert.Equal([0, 1, 2, 3, 4], read.Select(record => record.Position.Offset));
        Assert.Equal("1", System.Text.Encoding.UTF8.GetString(read[0].Key!));
        Assert.Equal(KafkaFixture.Raw(1, 0), read[0].Value);
        Assert.Equal([1, 2], read[0].Headers.Single(header => header.Key == "own").Value);
        Assert.Equal(1_700_000_000_123, read[0].Timestamp.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Leave_no_thread_behind()
    {
        var reader = new LagReader(new KafkaOptions { BootstrapServers = kafka.Broker.BootstrapServers }, new ServiceName("tools"));
        var topics = kafka.NewTopics("threads");
        await reader.ReadAsync(topics.All.Raw.Name, "nobody", TimeSpan.FromSeconds(5), CancellationToken.None);
        var before = Threads();
        for (var i = 0; i < 20; i++) await reader.ReadAsync(topics.All.Raw.Name, "nobody", TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.InRange(Threads(), 0, before + 10);

        static int Threads() => System.Diagnostics.Process.GetCurrentProcess().Threads.Count;
    }

    [Fact]
    public async Task Say_clearly_that_the_embedded_broker_creates_no_topics_by_request()
    {
        var admin = new TopicAdmin(new KafkaOptions { BootstrapServers = kafka.Broker.BootstrapServers }, new ServiceName("tools"));
        var fault = await Assert.ThrowsAsync<KafkaUnavailableException>(() => admin.CreateAsync(new Topics("created.").All, 4, 1, TimeSpan.FromDays(7)));
        Assert.Contains("in-process broker", fault.Message);
    }
}
