using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pipeline.Cli.Results;

/// <summary>
/// Counts what happens to every accepted event, by listening to the services' own meters. For runs in which the four services live in this
/// process. The books balance when accepted = stored + duplicates + ignored + dead letters.
/// </summary>
public sealed class RunAccounting : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, long> ignored = [];
    private long accepted;
    private long duplicates;
    private long deadLetters;

    /// <summary>Begins to count. Make it before the services.</summary>
    public RunAccounting()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name.StartsWith("Pipeline.", StringComparison.Ordinal)) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(Count);
        listener.Start();
    }

    /// <summary>Events that Kafka acknowledged, after batches were split.</summary>
    public long Accepted => Interlocked.Read(ref accepted);

    /// <summary>Messages that were stored already, or that turned out to be one message under two addresses.</summary>
    public long Duplicates => Interlocked.Read(ref duplicates);

    /// <summary>Records that were set aside, at any stage.</summary>
    public long DeadLetters => Interlocked.Read(ref deadLetters);

    /// <summary>Events that are not messages of a conversation, by kind. They are not lost: they teach pairs, or change messages.</summary>
    public IReadOnlyDictionary<string, long> Ignored => ignored;

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private void Count(Instrument instrument, long measured, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        switch (instrument.Name)
        {
            case "whatsapp_events_accepted":
                Interlocked.Add(ref accepted, measured);
                break;
            case "whatsapp_events_read" when Tag(tags, "becomes") is not ("message" or "dead_letter"):
                ignored.AddOrUpdate(Tag(tags, "kind") ?? "unknown", measured, (_, before) => before + measured);
                break;
            case "whatsapp.records.skipped" when Tag(tags, "reason") == "duplicate":
            case "whatsapp_messages_folded":
                Interlocked.Add(ref duplicates, measured);
                break;
            case "whatsapp.records.rejected":
                Interlocked.Add(ref deadLetters, measured);
                break;
        }
    }

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
            if (tag.Key == name) return tag.Value as string;
        return null;
    }
}
