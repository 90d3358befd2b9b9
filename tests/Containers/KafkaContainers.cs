using System.Globalization;
using System.Text;
using Confluent.Kafka;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Networks;
using Google.Protobuf;
using Pipeline.Contracts;
using Pipeline.Streaming;
using Testcontainers.Kafka;

namespace Pipeline.Containers;

/// <summary>A Kafka and a Schema Registry in containers, for all tests.</summary>
public sealed class KafkaContainers : IAsyncLifetime
{
    private const string KafkaImage = "confluentinc/cp-kafka:7.9.1";
    private const string RegistryImage = "confluentinc/cp-schema-registry:7.9.1";
    private const int RegistryPort = 8081;
    private const int Partitions = 4;

    private readonly INetwork network = new NetworkBuilder().Build();
    private readonly KafkaContainer kafka;
    private readonly IContainer registry;

    public KafkaContainers()
    {
        kafka = new KafkaBuilder(KafkaImage).WithNetwork(network).WithListener("kafka:19092").WithEnvironment("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false").Build();
        registry = new ContainerBuilder(RegistryImage)
            .WithNetwork(network)
            .WithPortBinding(RegistryPort, assignRandomHostPort: true)
            .WithEnvironment("SCHEMA_REGISTRY_HOST_NAME", "schema-registry")
            .WithEnvironment("SCHEMA_REGISTRY_LISTENERS", "http://0.0.0.0:8081")
            .WithEnvironment("SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS", "PLAINTEXT://kafka:19092")
            .WithEnvironment("SCHEMA_REGISTRY_SCHEMA_COMPATIBILITY_LEVEL", "backward_transitive")
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(RegistryPort).ForPath("/subjects")))
            .Build();
    }

    /// <summary>Kafka's address.</summary>
    public string BootstrapServers => kafka.GetBootstrapAddress().Replace("plaintext://", "", StringComparison.OrdinalIgnoreCase).TrimEnd('/');

    /// <summary>The registry's address.</summary>
    public string RegistryUrl => $"http://{registry.Hostname}:{registry.GetMappedPublicPort(RegistryPort)}";

    public async Task InitializeAsync()
    {
        await kafka.StartAsync();
        await registry.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await registry.DisposeAsync();
        await kafka.DisposeAsync();
        await network.DisposeAsync();
    }

    /// <summary>Topics of their own for one test, made as `pipeline topics create` makes them.</summary>
    public async Task<Topics> NewTopicsAsync(string test)
    {
        var topics = new Topics(test + ".");
        await new TopicAdmin(new KafkaOptions { BootstrapServers = BootstrapServers }, new ServiceName("tests")).CreateAsync(topics.All, Partitions, replication: 1, TimeSpan.FromDays(1));
        return topics;
    }

    /// <summary>Registers the schemas of the topics, as `pipeline schemas register` does.</summary>
    public async Task RegisterAsync(Topics topics)
    {
        using var client = new SchemaRegistry(new SchemaRegistryOptions { Url = RegistryUrl, Timeout = TimeSpan.FromSeconds(30) });
        foreach (var topic in topics.All) await client.RegisterAsync(topic.Subject, topic.Value.File, default);
    }

    /// <summary>A client of librdkafka's own.</summary>
    public Dictionary<string, string> Client(params (string Key, string Value)[] more) =>
        more.Append(("bootstrap.servers", BootstrapServers)).ToDictionary(setting => setting.Item1, setting => setting.Item2);

    /// <summary>Writes raw events of some businesses; the number is the event id, and counts the seconds of the record's time.</summary>
    public void ProduceRaw(Topics topics, int from, int count)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(Client(("partitioner", "murmur2_random"), ("enable.idempotence", "true"))).Build();
        for (var number = from; number < from + count; number++) producer.Produce(topics.Raw.Name, RawRecord(number));
        producer.Flush(TimeSpan.FromSeconds(30));
    }

    /// <summary>One raw event.</summary>
    public static Message<byte[], byte[]> RawRecord(int number)
    {
        var business = number % 7;
        var value = new RawEvent { BusinessId = business, EventId = number.ToString(CultureInfo.InvariantCulture), EventType = "test" };
        return new()
        {
            Key = Encoding.UTF8.GetBytes(Topics.KeyOf(business)),
            Value = [.. Contracts.WireFormat.Frame(1, RawEvent.Descriptor), .. value.ToByteArray()],
            Timestamp = new Timestamp(DateTimeOffset.FromUnixTimeSeconds(1_760_000_000 + number)),
        };
    }

    /// <summary>Reads a topic from its beginning until it has given so many records and then nothing more for a while: their event ids, in order per partition.</summary>
    public List<string> ReadIds(string topic, int atLeast, bool committedOnly = true)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(Client(
            ("group.id", "reader-" + Guid.NewGuid()), ("auto.offset.reset", "earliest"), ("enable.auto.commit", "false"), ("enable.partition.eof", "true"),
            ("isolation.level", committedOnly ? "read_committed" : "read_uncommitted"))).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var ids = new List<string>();
        var ended = new HashSet<int>();
        var started = TimeProvider.System.GetTimestamp();
        while (ids.Count < atLeast || ended.Count < Partitions)
        {
            if (TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMinutes(1)) throw new TimeoutException($"{ids.Count} records of '{topic}', and not {atLeast}.");
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is not { } record) continue;
            if (record.IsPartitionEOF)
            {
                ended.Add(record.Partition.Value);
                continue;
            }
            ended.Remove(record.Partition.Value);
            ids.Add(Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(HeaderNames.CloudEventId)));
        }
        return ids;
    }
}

/// <summary>One pair of containers for every test class.</summary>
[CollectionDefinition(Name)]
public sealed class KafkaCollection : ICollectionFixture<KafkaContainers>
{
    public const string Name = "kafka";
}
