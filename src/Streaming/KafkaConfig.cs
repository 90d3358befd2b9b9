using System.Globalization;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>
/// The settings that every Kafka client of the product runs with, by librdkafka's names. The user's own come last and win; those
/// that would break a promise were refused before (<see cref="UnsafeKafkaSettings"/>).
/// </summary>
internal static class KafkaConfig
{
    // From librdkafka 2.2 on; an older one refuses the name.
    private const int FetchQueueBackoffSince = 0x02020000;

    /// <summary>A member of a group that commits by itself, after the effect.</summary>
    public static Dictionary<string, string> Consumer(KafkaOptions options, string service, string group)
    {
        var config = new Dictionary<string, string>
        {
            ["bootstrap.servers"] = options.BootstrapServers,
            ["client.id"] = options.ClientId ?? service,
            ["group.id"] = group,
            ["session.timeout.ms"] = Milliseconds(options.SessionTimeout),
            ["heartbeat.interval.ms"] = Milliseconds(options.SessionTimeout / 5),
            // Offsets follow effects: nothing is committed or stored by the client on its own.
            ["enable.auto.commit"] = "false",
            ["enable.auto.offset.store"] = "false",
            // The default `latest` loses what was written before a group, or a partition, was first seen.
            ["auto.offset.reset"] = "earliest",
            // Cooperative rebalancing with manual commits is still a sore point of librdkafka; eager is what is proven.
            ["partition.assignment.strategy"] = "range",
            ["isolation.level"] = "read_committed",
            // A topic or a partition that appears later is found within this time instead of five minutes.
            ["topic.metadata.refresh.interval.ms"] = "10000",
            ["fetch.wait.max.ms"] = "100",
            ["socket.nagle.disable"] = "true",
            ["reconnect.backoff.max.ms"] = "2000",
        };
        // The client's own read-ahead. Once it is full the client does not fetch for a while; where that while can be set, little is
        // enough, and where it is fixed at one second (the older library) there must be enough to work on for a second.
        var canSetBackoff = Library.Version >= FetchQueueBackoffSince;
        if (canSetBackoff) config["fetch.queue.backoff.ms"] = "10";
        config["queued.min.messages"] = canSetBackoff ? "20000" : "100000";
        config["queued.max.messages.kbytes"] = canSetBackoff ? "32768" : "65536";
        if (!string.IsNullOrEmpty(options.InstanceId)) config["group.instance.id"] = options.InstanceId;
        return With(config, options.Client, options.Consumer);
    }

    /// <summary>A producer whose acknowledgement means durable and whose order is the order of the calls.</summary>
    public static Dictionary<string, string> Producer(KafkaOptions options, string service)
    {
        var config = new Dictionary<string, string>
        {
            ["bootstrap.servers"] = options.BootstrapServers,
            ["client.id"] = options.ClientId ?? service,
            ["acks"] = "all",
            ["enable.idempotence"] = "true",
            // librdkafka's default disagrees with Java and kafkajs on nine keys of ten.
            ["partitioner"] = "murmur2_random",
            // No record is given up while the process lives: a gap would break the order that the idempotent producer keeps.
            ["message.timeout.ms"] = "0",
            ["message.max.bytes"] = KafkaProducer.DefaultMessageMaxBytes.ToString(CultureInfo.InvariantCulture),
            ["linger.ms"] = "2",
            ["queue.buffering.max.kbytes"] = "65536",
            ["queue.buffering.max.messages"] = "500000",
            ["topic.metadata.refresh.interval.ms"] = "10000",
            ["socket.nagle.disable"] = "true",
            ["reconnect.backoff.max.ms"] = "2000",
            // Nobody reads key, value and headers back from a delivery report; copying them costs as much as producing.
            ["dotnet.producer.delivery.report.fields"] = "none",
        };
        return With(config, options.Client, options.Producer);
    }

    /// <summary>A handle for tools: asks for committed offsets and watermarks, never joins the group.</summary>
    public static Dictionary<string, string> Observer(KafkaOptions options, string service, string group)
    {
        var config = new Dictionary<string, string>
        {
            ["bootstrap.servers"] = options.BootstrapServers,
            ["client.id"] = (options.ClientId ?? service) + ".observer",
            ["group.id"] = group,
            ["enable.auto.commit"] = "false",
            ["enable.auto.offset.store"] = "false",
            ["auto.offset.reset"] = "earliest",
            ["socket.nagle.disable"] = "true",
            ["reconnect.backoff.max.ms"] = "2000",
        };
        return With(config, options.Client);
    }

    /// <summary>The admin client.</summary>
    public static Dictionary<string, string> Admin(KafkaOptions options, string service) => With(
        new Dictionary<string, string>
        {
            ["bootstrap.servers"] = options.BootstrapServers,
            ["client.id"] = (options.ClientId ?? service) + ".admin",
        },
        options.Client);

    /// <summary>librdkafka's name of a setting as it may be written: environment variables cannot hold dots.</summary>
    public static string NameOf(string written)
    {
        var name = written.ToLowerInvariant();
        // The one name of librdkafka with an underscore of its own.
        return name == "log_level" || name.Contains('.') ? name : name.Replace('_', '.');
    }

    private static Dictionary<string, string> With(Dictionary<string, string> config, params ReadOnlySpan<Dictionary<string, string>> layers)
    {
        foreach (var layer in layers)
            foreach (var (written, value) in layer)
                config[NameOf(written)] = value;
        return config;
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
