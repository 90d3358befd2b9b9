namespace Pipeline.Resolver;

/// <summary>What the table says of the LIDs of a batch.</summary>
public sealed class LidView
{
    /// <summary>The best phones.</summary>
    public Dictionary<LidKey, LidEntry> Entries { get; } = [];

    /// <summary>What operators have said of LIDs, where they have said anything.</summary>
    public Dictionary<LidKey, IReadOnlyList<DatedRuling>> Rulings { get; } = [];

    /// <summary>LIDs that are known to be unknown: somebody has been asked, or will be.</summary>
    public HashSet<LidKey> Parked { get; } = [];
}
