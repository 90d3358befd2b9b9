namespace Pipeline.Streaming;

/// <summary>How far a group has come on one partition.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="Low">Offset of the first record that is still there.</param>
/// <param name="High">Offset that the next record will get.</param>
/// <param name="Committed">The group's committed offset; null when it has never committed.</param>
public sealed record PartitionLag(string Topic, int Partition, long Low, long High, long? Committed)
{
    /// <summary>Where the group goes on: its committed offset, or the first record when it has none or has been overtaken by retention.</summary>
    public long Next => Math.Max(Committed ?? Low, Low);

    /// <summary>Records not read yet.</summary>
    public long Lag => Math.Max(0, High - Next);
}
