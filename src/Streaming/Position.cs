namespace Pipeline.Streaming;

/// <summary>Where a record lies. Written <c>topic/partition@offset</c>.</summary>
public readonly record struct Position(string Topic, int Partition, long Offset)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Topic}/{Partition}@{Offset}";
}
