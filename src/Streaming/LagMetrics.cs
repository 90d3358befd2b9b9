using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>One loop of this process, as far as its lag is concerned.</summary>
internal sealed record MeasuredLoop(string Topic, string Group, LoopHealth Health);

/// <summary>
/// Measures again and again how far this process's groups have come, under the names that dashboards for danielqsj/kafka_exporter know.
/// Each copy of a service tells of the partitions that it holds now, so that the sum over the copies is the group's lag and nothing is
/// counted twice. Asked of Kafka on a timer and never by a request: a scrape costs nothing and cannot hang.
/// </summary>
internal sealed class LagMetrics : BackgroundService
{
    private static readonly TimeSpan QuestionLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RecordLimit = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<MeasuredLoop> loops;
    private readonly MetricsOptions options;
    private readonly KafkaOptions kafka;
    private readonly ServiceName service;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Dictionary<MeasuredLoop, Measured> measured = [];
    private readonly Lock access = new();
    private bool isAway;

    public LagMetrics(IEnumerable<MeasuredLoop> loops, MetricsOptions options, KafkaOptions kafka, ServiceName service, IMeterFactory meters, TimeProvider time, ILoggerFactory loggers)
    {
        this.loops = [.. loops];
        this.options = options;
        this.kafka = kafka;
        this.service = service;
        this.time = time;
        log = loggers.CreateLogger(service.Value);

        var meter = meters.Create(StreamingMetrics.Name);
        Gauge("kafka_consumergroup_lag", "{record}", "Records that the group has not taken care of.", known => known.Lag.Committed is null ? null : known.Lag.Lag);
        Gauge("kafka_consumergroup_current_offset", "{offset}", "The group's committed offset.", known => known.Lag.Committed);
        Gauge("kafka_consumergroup_lag_seconds", "s", "How long the first of them has been waiting; 0 when there is none.", known => known.Waiting?.TotalSeconds);
        meter.CreateObservableGauge(
            "kafka_topic_partition_current_offset",
            () => Now().SelectMany(one => one.Partitions).Select(known => new Measurement<long>(known.Lag.High, Topic(known.Lag), Partition(known.Lag))),
            "{offset}", "Offset that the next record of the partition will get.");
        Sum("kafka_consumergroup_lag_sum", "{record}", "Records that the group has not taken care of, of all partitions held here.", lag => lag.Lag);
        Sum("kafka_consumergroup_current_offset_sum", "{offset}", "Committed offsets of all partitions held here.", lag => lag.Committed ?? 0);
        meter.CreateObservableGauge(
            "kafka_consumergroup_members",
            () => this.loops.Where(loop => loop.Health.Tenure is not null).Select(loop => new Measurement<long>(1, new KeyValuePair<string, object?>("consumergroup", loop.Group))),
            "{member}", "1 while this process is a member of the group; the sum over all copies is the number of members.");

        void Gauge(string name, string unit, string description, Func<KnownLag, double?> of) => meter.CreateObservableGauge(
            name,
            () => from one in Now()
                  from known in one.Partitions
                  let value = of(known)
                  where value is not null
                  select new Measurement<double>(value.Value, Group(one), Topic(known.Lag), Partition(known.Lag)),
            unit, description);

        void Sum(string name, string unit, string description, Func<PartitionLag, long> of) => meter.CreateObservableGauge(
            name,
            () => from one in Now()
                  let known = one.Partitions.Where(known => known.Lag.Committed is not null).ToList()
                  where known.Count > 0
                  select new Measurement<long>(known.Sum(lag => of(lag.Lag)), Group(one), new KeyValuePair<string, object?>("topic", one.Loop.Topic)),
            unit, description);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (loops.Count == 0) return;
        using var timer = new PeriodicTimer(options.LagInterval, time);
        using var unread = new UnreadRecords(kafka, service);
        var watches = loops.ToDictionary(loop => loop, loop => new LagWatch(kafka, service, loop.Group, time));
        try
        {
            do
            {
                foreach (var (loop, watch) in watches) await MeasureAsync(loop, watch, unread, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
        finally
        {
            foreach (var watch in watches.Values) watch.Dispose();
        }
    }

    private static KeyValuePair<string, object?> Group(Measured one) => new("consumergroup", one.Loop.Group);

    private static KeyValuePair<string, object?> Topic(PartitionLag lag) => new("topic", lag.Topic);

    private static KeyValuePair<string, object?> Partition(PartitionLag lag) => new("partition", lag.Partition);

    private async Task MeasureAsync(MeasuredLoop loop, LagWatch watch, UnreadRecords unread, CancellationToken stopping)
    {
        if (loop.Health.Tenure is not { Partitions.Count: > 0 } tenure) return;
        try
        {
            // Not interrupted: the watch must not be disposed of while its question is under way, and the question has a limit of its own.
            var lags = await watch.ReadAsync(loop.Topic, QuestionLimit, CancellationToken.None, tenure.Partitions);
            var written = await unread.WrittenAtAsync(lags, RecordLimit, stopping);
            var now = time.GetUtcNow();
            var known = lags.Select(lag => new KnownLag(lag, WaitingSince(lag, written, now))).ToList();
            lock (access) measured[loop] = new Measured(loop, tenure, known);
            isAway = false;
        }
        catch (KafkaUnavailableException away)
        {
            // An old figure would look like a true one.
            lock (access) measured.Remove(loop);
            if (!isAway) log.BacklogUnknown(loop.Group, loop.Topic, away.Message);
            isAway = true;
        }
    }

    private static TimeSpan? WaitingSince(PartitionLag lag, IReadOnlyDictionary<(string, int), DateTimeOffset> written, DateTimeOffset now)
    {
        if (lag.Lag == 0) return TimeSpan.Zero;
        if (!written.TryGetValue((lag.Topic, lag.Partition), out var at)) return null;
        return at < now ? now - at : TimeSpan.Zero;
    }

    // What was measured while the partitions belonged to an earlier tenure may be somebody else's now.
    private List<Measured> Now()
    {
        lock (access) return [.. measured.Values.Where(one => ReferenceEquals(one.Loop.Health.Tenure, one.Tenure))];
    }

    private sealed record KnownLag(PartitionLag Lag, TimeSpan? Waiting);

    private sealed record Measured(MeasuredLoop Loop, Tenure Tenure, IReadOnlyList<KnownLag> Partitions);
}
