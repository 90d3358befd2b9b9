using Confluent.Kafka;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Containers;

/// <summary>What the group of the test's service has committed.</summary>
internal static class Committed
{
    /// <summary>Waits until the group has committed everything that the topic holds.</summary>
    public static async Task AllAsync(KafkaContainers kafka, Topics topics)
    {
        var reader = new LagReader(new KafkaOptions { BootstrapServers = kafka.BootstrapServers }, new ServiceName("tests"));
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var lags = await reader.ReadAsync(topics.Raw.Name, Topics.Groups.Resolver, TimeSpan.FromSeconds(10), default);
            if (lags.Count > 0 && lags.All(lag => lag.Lag == 0)) return;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(2), $"{lags.Sum(lag => lag.Lag)} records are not done.");
        }
    }

    /// <summary>Sets the group somewhere else, as kafka-consumer-groups.sh does. It must have no member.</summary>
    public static void Set(KafkaContainers kafka, IEnumerable<TopicPartitionOffset> positions)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(kafka.Client(("group.id", Topics.Groups.Resolver), ("enable.auto.commit", "false"))).Build();
        consumer.Commit(positions);
    }
}
