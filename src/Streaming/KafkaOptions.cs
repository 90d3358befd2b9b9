using System.ComponentModel.DataAnnotations;

namespace Pipeline.Streaming;

/// <summary>
/// How a service reads and writes Kafka (section <c>Kafka</c>). What is not named here is set by librdkafka's own names in
/// <see cref="Client"/>, <see cref="Consumer"/> and <see cref="Producer"/>, where <c>_</c> may stand for the dot that environment
/// variables cannot hold: <c>Kafka__Client__sasl_password_FILE=/run/secrets/kafka</c>.
/// </summary>
public sealed class KafkaOptions
{
    /// <summary>Addresses of some brokers, <c>host:port</c> separated by commas.</summary>
    [Required]
    public string BootstrapServers { get; set; } = "127.0.0.1:9092";

    /// <summary>The name the brokers see in their logs and quotas. Default: the service's name.</summary>
    [RegularExpression("^[A-Za-z0-9._-]{1,249}$", ErrorMessage = "Kafka:ClientId may hold letters, digits, dots, hyphens and underscores.")]
    public string? ClientId { get; set; }

    /// <summary>
    /// Static membership (<c>group.instance.id</c>): a name that stays the same over restarts and is unique among the copies of the
    /// service. A restart within <see cref="SessionTimeout"/> then moves no partitions. Empty: dynamic membership.
    /// </summary>
    [RegularExpression("^[A-Za-z0-9._-]{1,249}$", ErrorMessage = "Kafka:InstanceId may hold letters, digits, dots, hyphens and underscores.")]
    public string? InstanceId { get; set; }

    /// <summary>How long a member may be silent before its partitions are given to others. The brokers must allow it (6 s to 30 min by default).</summary>
    [Range(typeof(TimeSpan), "00:00:06", "00:30:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most records in one micro-batch.</summary>
    [Range(1, 100_000)]
    public int BatchRecords { get; set; } = 1000;

    /// <summary>How long a micro-batch may wait for more records once it has its first.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan BatchWait { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The most bytes a process may be ahead of the next group, on any one partition of its output topic; 0 switches the limit off.
    /// Needed on the in-process broker only, which silently drops what lies more than about 5 MB behind. See <see cref="BacklogGate"/>.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MaxDownstreamBytes { get; set; }

    /// <summary>
    /// Whether a stage's records and positions become visible together (a Kafka transaction a batch), for readers of its topics with
    /// <c>isolation.level=read_committed</c>. Costs throughput and up to a tenth of a second. The Sink has no use for it, and the
    /// in-process broker keeps no positions of transactions. Set <see cref="InstanceId"/> too, or a crash holds such readers up for 15 s.
    /// </summary>
    public bool Transactions { get; set; }

    /// <summary>Settings of every client by librdkafka's names, for example <c>security.protocol</c>.</summary>
    public Dictionary<string, string> Client { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settings of consumers only; they go before <see cref="Client"/>.</summary>
    public Dictionary<string, string> Consumer { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settings of producers only; they go before <see cref="Client"/>.</summary>
    public Dictionary<string, string> Producer { get; } = new(StringComparer.OrdinalIgnoreCase);
}
