using System.Collections.Concurrent;

namespace Pipeline.ThreadLinker;

/// <summary>
/// Pairs that this process has seen stored. Nothing ever takes a pair out of the table, so what is remembered stays true; forgetting costs a
/// look into an index and nothing else. Safe for several threads.
/// </summary>
public sealed class StatedPairMemory
{
    // About 30 MB when full.
    private const int Most = 200_000;

    private readonly ConcurrentDictionary<StatedPair, bool> pairs = new();

    /// <summary>True when the pair is known to be stored.</summary>
    public bool Has(StatedPair pair) => pairs.ContainsKey(pair);

    /// <summary>Remembers what a committed transaction has written.</summary>
    public void Add(DirectoryChanges written)
    {
        if (pairs.Count > Most) pairs.Clear();
        // What is said of people without a number may have to be written again.
        foreach (var pair in written.ClaimedPairs) pairs.TryAdd(pair, true);
    }
}
