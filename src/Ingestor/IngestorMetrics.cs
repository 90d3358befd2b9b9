using System.Diagnostics.Metrics;

namespace Pipeline.Ingestor;

/// <summary>What the Ingestor counts.</summary>
public sealed class IngestorMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Meter = "Pipeline.Ingestor";

    private readonly Meter meter;
    private readonly Counter<long> accepted;
    private readonly Counter<long> refused;

    /// <summary>Made once a process.</summary>
    public IngestorMetrics(IMeterFactory factory)
    {
        meter = factory.Create(Meter);
        accepted = meter.CreateCounter<long>("whatsapp_events_accepted", "{event}", "Events that Kafka acknowledged, after batches were split.");
        refused = meter.CreateCounter<long>("whatsapp_events_refused", "{event}", "Events that were not accepted, by reason.");
    }

    /// <summary>Counts records that are durable.</summary>
    public void CountAccepted(int events) => accepted.Add(events);

    /// <summary>Counts events that were turned away.</summary>
    public void CountRefused(string reason, int events) => refused.Add(events, new KeyValuePair<string, object?>("reason", reason));

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
