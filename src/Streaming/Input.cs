namespace Pipeline.Streaming;

/// <summary>One decoded record on its way through a stage.</summary>
/// <param name="Value">The decoded value.</param>
/// <param name="Key">The record's key as text; empty when it had none.</param>
/// <param name="Position">Where it lies.</param>
/// <param name="Timestamp">The record's Kafka timestamp.</param>
/// <param name="TraceParent">W3C trace context of the record, or null.</param>
public sealed record Input<T>(T Value, string Key, Position Position, DateTimeOffset Timestamp, string? TraceParent)
{
    /// <summary>The record is written once more by a replay, for which nobody outside is to be asked anything (<see cref="HeaderNames.ReplayResolve"/>).</summary>
    public bool IsCacheOnly { get; init; }
}
