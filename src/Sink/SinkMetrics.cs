using System.Diagnostics.Metrics;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.Sink;

/// <summary>What the Sink counts besides what the loop counts for every stage.</summary>
public sealed class SinkMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Meter = "Pipeline.Sink";

    // From a live message to one that has waited out a long week-end, or is replayed.
    private static readonly InstrumentAdvice<double> Ages = new() { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400, 604_800] };

    private readonly Meter meter;
    private readonly TimeProvider time;
    private readonly Counter<long> folded;
    private readonly Counter<long> stored;
    private readonly Counter<long> completed;
    private readonly Counter<long> lidAsPhone;
    private readonly Histogram<double> latency;

    /// <summary>Made once a process.</summary>
    /// <param name="factory">Makes the meter.</param>
    /// <param name="time">What latencies are measured by; the system's clock unless told otherwise.</param>
    public SinkMetrics(IMeterFactory factory, TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        meter = factory.Create(Meter);
        folded = meter.CreateCounter<long>("whatsapp_messages_folded", "{message}", "Stored messages that a merge showed to be copies of another stored message.");
        completed = meter.CreateCounter<long>("whatsapp_messages_completed", "{message}", "Stored messages that got the phone of their LID after they had passed.");
        stored = meter.CreateCounter<long>("whatsapp_messages_stored", "{message}", "Messages that were stored for the first time.");
        latency = meter.CreateHistogram("whatsapp_end_to_end_latency", "s", "Time from the Ingestor's receipt of a message to its commit in Postgres.", null, Ages);
        lidAsPhone = meter.CreateCounter<long>("whatsapp_lid_as_phone", "{phone}", "Phones whose digits are those of the LID they came with. Must stay 0.");
        // What has never been raised is not exported; these have to be seen at 0.
        lidAsPhone.Add(0);
        stored.Add(0);
        folded.Add(0);
        completed.Add(0);
    }

    /// <summary>Counts rows that were given up for a copy of the same message.</summary>
    public void CountFolded(long messages)
    {
        if (messages > 0) folded.Add(messages);
    }

    /// <summary>Counts messages whose phone was learned after they had passed.</summary>
    public void CountCompleted(long messages)
    {
        if (messages > 0) completed.Add(messages);
    }

    /// <summary>Counts a batch that has been committed.</summary>
    /// <param name="inputs">What was in it.</param>
    /// <param name="outcomes">What became of each.</param>
    public void CountStored(IReadOnlyList<Input<LinkedEvent>> inputs, IReadOnlyList<Outcome> outcomes)
    {
        var now = time.GetUtcNow().UtcDateTime;
        for (var at = 0; at < inputs.Count; at++)
        {
            var value = inputs[at].Value;
            if (value.Message is { } message && (IsLidAsPhone(message.Peer) || IsLidAsPhone(message.Author))) lidAsPhone.Add(1);
            if (!ReferenceEquals(outcomes[at], Outcome.Done)) continue;
            stored.Add(1);
            if (value.ReceivedAt is { } received && PostgresTime.FromUnix(received.Seconds, received.Nanos) is { } since) latency.Record(Math.Max(0, (now - since).TotalSeconds));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    // The last look before it is too late: the oldest mistake of all is to take the one number for the other.
    private static bool IsLidAsPhone(Party? party) => party is { Lid.Length: > 0, Phone.Length: > 1 } && party.Phone.AsSpan(1).SequenceEqual(party.Lid);
}
