using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

/// <summary>A broker and a registry for one test class: the first join of a group takes about three seconds, so nothing is started twice.</summary>
public sealed class KafkaFixture : IDisposable
{
    private readonly IProducer<byte[], byte[]> producer;

    public KafkaFixture()
    {
        Broker = EmbeddedBroker.Start();
        producer = new ProducerBuilder<byte[], byte[]>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = Broker.BootstrapServers,
            ["partitioner"] = "murmur2_random",
            ["message.max.bytes"] = "3000000",
            ["linger.ms"] = "5",
            ["queue.buffering.max.messages"] = "1000000",
        }).SetLogHandler((_, _) => { }).Build();
    }

    public EmbeddedBroker Broker { get; }

    public FakeRegistry Registry { get; } = new();

    /// <summary>Topics of their own for one test.</summary>
    public TestTopics NewTopics(string test, int partitions = 4)
    {
        var topics = new Topics(test + ".");
        foreach (var name in new[] { topics.Raw.Name, topics.Enriched.Name, topics.Linked.Name })
            Broker.CreateTopic(name, partitions).CreateTopic(name + Topics.DeadLetterSuffix, partitions);
        return new TestTopics(test + ".", topics);
    }

    /// <summary>A value of the raw topic as the Ingestor writes it; the number is its event id.</summary>
    public static byte[] Raw(long business, int number, int padding = 0)
    {
        var value = new RawEvent { BusinessId = business, EventId = Id(number), EventType = "test", Payload = ByteString.CopyFrom(new byte[padding]) };
        return [.. Contracts.WireFormat.Frame(FakeRegistry.SchemaId, RawEvent.Descriptor), .. value.ToByteArray()];
    }

    public static string Id(int number) => number.ToString(CultureInfo.InvariantCulture);

    public void Produce(string topic, string? key, byte[]? value, Headers? headers = null, Timestamp timestamp = default)
    {
        var message = new Message<byte[], byte[]> { Key = key is null ? null! : Encoding.UTF8.GetBytes(key), Value = value!, Headers = headers ?? [], Timestamp = timestamp };
        while (true)
        {
            try
            {
                producer.Produce(topic, message);
                return;
            }
            catch (ProduceException<byte[], byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    /// <summary>Writes raw events of one business, numbered from <paramref name="from"/>.</summary>
    public void ProduceRaw(TestTopics topics, long business, int from, int count, int padding = 0)
    {
        for (var number = from; number < from + count; number++) Produce(topics.All.Raw.Name, Topics.KeyOf(business), Raw(business, number, padding));
        Flush();
    }

    public void Flush() => Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(30)));

    /// <summary>Reads a topic from its beginning until the condition holds of what was read.</summary>
    public List<ConsumeResult<byte[], byte[]>> Read(string topic, Func<List<ConsumeResult<byte[], byte[]>>, bool> enough, int partitions = 4, double seconds = 30)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = Broker.BootstrapServers,
            ["group.id"] = "test-reader",
            ["enable.auto.commit"] = "false",
            ["auto.offset.reset"] = "earliest",
        }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var read = new List<ConsumeResult<byte[], byte[]>>();
        var started = TimeProvider.System.GetTimestamp();
        while (!enough(read))
        {
            if (TimeProvider.System.GetElapsedTime(started).TotalSeconds > seconds) throw new TimeoutException($"{read.Count} records of '{topic}' were not enough.");
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record) read.Add(record);
        }
        return read;
    }

    /// <summary>Committed positions of a group, and what it has not read.</summary>
    public async Task<IReadOnlyList<PartitionLag>> LagAsync(string topic, string group) =>
        await new LagReader(new KafkaOptions { BootstrapServers = Broker.BootstrapServers }, new ServiceName("test"))
            .ReadAsync(topic, group, TimeSpan.FromSeconds(5), CancellationToken.None);

    /// <summary>Waits until a group has committed everything there is.</summary>
    public Task CaughtUpAsync(string topic, string group, double seconds = 30) => Eventually.True(
        async () => (await LagAsync(topic, group)) is { Count: > 0 } lags && lags.All(lag => lag.Lag == 0), $"{group} has committed all of {topic}", seconds);

    public void Dispose()
    {
        producer.Dispose();
        Broker.Dispose();
        Registry.Dispose();
    }
}

/// <summary>The topics of one test.</summary>
public sealed record TestTopics(string Prefix, Topics All);

internal static class RecordExtensions
{
    public static string Header(this ConsumeResult<byte[], byte[]> record, string name) =>
        record.Message.Headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : $"(no {name})";

    public static string KeyText(this ConsumeResult<byte[], byte[]> record) => record.Message.Key is null ? "" : Encoding.UTF8.GetString(record.Message.Key);
}
