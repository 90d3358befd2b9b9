using System.Diagnostics.Metrics;

namespace Pipeline.Sink;

/// <summary>What the Sink counts besides what the loop counts for every stage.</summary>
public sealed class SinkMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Meter = "Pipeline.Sink";

    private readonly Meter meter;
    private readonly Counter<long> folded;

    /// <summary>Made once a process.</summary>
    public SinkMetrics(IMeterFactory factory)
    {
        meter = factory.Create(Meter);
        folded = meter.CreateCounter<long>("whatsapp_messages_folded", "{message}", "Stored messages that a merge showed to be copies of another stored message.");
    }

    /// <summary>Counts rows that were given up for a copy of the same message.</summary>
    public void CountFolded(long messages)
    {
        if (messages > 0) folded.Add(messages);
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
