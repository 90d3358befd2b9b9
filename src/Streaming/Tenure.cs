namespace Pipeline.Streaming;

/// <summary>The time for which this process holds its partitions of a topic. Told apart by reference.</summary>
/// <param name="partitions">The partitions; none when the group has more members than partitions.</param>
public sealed class Tenure(IReadOnlyList<int> partitions)
{
    /// <summary>The partitions.</summary>
    public IReadOnlyList<int> Partitions => partitions;
}
