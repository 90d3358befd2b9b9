using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pipeline.Streaming;

/// <summary>
/// What the loop measures, under the meter and activity source <c>Pipeline.Streaming</c>. Labels are names of topics, groups and
/// reasons; never keys, phones or businesses.
/// </summary>
public sealed class StreamingMetrics : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Pipeline.Streaming";

    // OpenTelemetry keeps 128 links of a span by default; more would only be dropped there.
    private const int MostLinks = 128;

    // From a batch of one record in memory to one that waits for a database.
    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };
    private static readonly InstrumentAdvice<int> Records = new() { HistogramBucketBoundaries = [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] };

    private readonly Counter<long> consumed;
    private readonly Counter<long> sent;
    private readonly Histogram<double> duration;
    private readonly Histogram<int> batchRecords;
    private readonly Counter<long> rejected;
    private readonly Counter<long> deadLetters;
    private readonly Counter<long> skipped;
    private readonly Counter<long> retries;
    private readonly Counter<long> conflicts;
    private readonly Counter<long> callbackFaults;
    private readonly Counter<long> transactions;
    private readonly ActivitySource activities = new(Name);
    private Exception? callbackFault;

    /// <summary>One set of instruments per host: several services in one process do not mix.</summary>
    public StreamingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        consumed = meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Records handed to a stage or set aside.");
        sent = meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Records acknowledged by Kafka.");
        duration = meter.CreateHistogram<double>("messaging.process.duration", "s", "Time a stage took for one batch, retries included.", null, Seconds);
        batchRecords = meter.CreateHistogram<int>("whatsapp.batch.records", "{message}", "Records in one batch.", null, Records);
        rejected = meter.CreateCounter<long>("whatsapp.records.rejected", "{message}", "Records that went to the dead-letter topic, by reason.");
        deadLetters = meter.CreateCounter<long>("whatsapp.dead.letters", "{message}", "Records that went to the dead-letter topic, whatever the reason. Seen at 0 from the start.");
        skipped = meter.CreateCounter<long>("whatsapp.records.skipped", "{message}", "Records from which nothing follows, by reason.");
        retries = meter.CreateCounter<long>("whatsapp.batch.retries", "{attempt}", "Times a batch was tried again, by kind of fault.");
        conflicts = meter.CreateCounter<long>("whatsapp.position.conflicts", "{conflict}", "Times a stored position was not the expected one.");
        transactions = meter.CreateCounter<long>("whatsapp.transactions", "{transaction}", "Kafka transactions, by outcome: commit, abort; recreate counts producers made anew.");
        callbackFaults = meter.CreateCounter<long>("whatsapp.callback.faults", "{fault}", "Exceptions caught in callbacks of the Kafka client.");
    }

    /// <summary>The first exception that a callback of a Kafka client threw, or null. Set in the callback, looked at outside of it.</summary>
    internal Exception? CallbackFault => Volatile.Read(ref callbackFault);

    internal void CallbackFailed(string callback, Exception fault)
    {
        Interlocked.CompareExchange(ref callbackFault, fault, null);
        callbackFaults.Add(1, new KeyValuePair<string, object?>("callback", callback));
    }

    /// <summary>
    /// A loop of this group begins. What nobody wants to see rise is seen at 0 first: a counter that appears with its first event has, to
    /// Prometheus, not risen.
    /// </summary>
    internal void Begin(string group)
    {
        var label = new KeyValuePair<string, object?>("messaging.consumer.group.name", group);
        deadLetters.Add(0, label);
        conflicts.Add(0, label);
    }

    internal void Consumed(string topic, string group, int records)
    {
        consumed.Add(records, new("messaging.destination.name", topic), new("messaging.consumer.group.name", group));
        batchRecords.Record(records, new KeyValuePair<string, object?>("messaging.consumer.group.name", group));
    }

    internal void Sent(string topic, int records) =>
        sent.Add(records, new KeyValuePair<string, object?>("messaging.destination.name", topic));

    internal void Processed(string group, TimeSpan took) =>
        duration.Record(took.TotalSeconds, new("messaging.consumer.group.name", group), new("messaging.operation.name", "process"));

    internal void Rejected(string group, string reason)
    {
        rejected.Add(1, new("messaging.consumer.group.name", group), new("reason", reason));
        deadLetters.Add(1, new KeyValuePair<string, object?>("messaging.consumer.group.name", group));
    }

    internal void Skipped(string group, string reason, int records) => skipped.Add(records, new("messaging.consumer.group.name", group), new("reason", reason));

    internal void Retried(string group, string kind) => retries.Add(1, new("messaging.consumer.group.name", group), new("error.type", kind));

    internal void Transaction(string group, string outcome) => transactions.Add(1, new("messaging.consumer.group.name", group), new("outcome", outcome));

    internal void Conflicted(string group) => conflicts.Add(1, new KeyValuePair<string, object?>("messaging.consumer.group.name", group));

    /// <summary>The span of records that are written outside of the loop, below whatever runs now. Null, and free of cost, when nobody listens.</summary>
    internal Activity? StartSend(string topic, int records) => !activities.HasListeners() ? null : activities.StartActivity(ActivityKind.Producer, name: $"send {topic}", tags:
    [
        new("messaging.system", "kafka"),
        new("messaging.operation.name", "send"),
        new("messaging.operation.type", "send"),
        new("messaging.destination.name", topic),
        new("messaging.batch.message_count", records),
    ]);

    /// <summary>
    /// The span of one batch. A batch has many parents, so it links to the traces of its inputs instead of continuing one of them.
    /// Null, and free of cost, when nobody listens.
    /// </summary>
    internal Activity? StartBatch<T>(string topic, string group, IReadOnlyList<Input<T>> inputs)
    {
        if (!activities.HasListeners()) return null;
        var links = new List<ActivityLink>(Math.Min(inputs.Count, MostLinks));
        foreach (var input in inputs)
        {
            if (links.Count == MostLinks) break;
            if (ActivityContext.TryParse(input.TraceParent, null, isRemote: true, out var context)) links.Add(new ActivityLink(context));
        }
        return activities.StartActivity(ActivityKind.Consumer, name: $"process {topic}", links: links, tags:
        [
            new("messaging.system", "kafka"),
            new("messaging.operation.name", "process"),
            new("messaging.operation.type", "process"),
            new("messaging.destination.name", topic),
            new("messaging.consumer.group.name", group),
            new("messaging.batch.message_count", inputs.Count),
        ]);
    }

    /// <inheritdoc/>
    public void Dispose() => activities.Dispose();
}
