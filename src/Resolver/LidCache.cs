namespace Pipeline.Resolver;

/// <summary>
/// The nearest tier of the LID table: what this process has looked up or learned, known and unknown alike. Bounded: two generations,
/// the older one dropped when the younger is full, what is asked for moves up. One thread at a time.
/// </summary>
public sealed class LidCache(int capacity)
{
    private readonly int half = Math.Max(1, capacity / 2);
    private Dictionary<LidKey, State> young = [];
    private Dictionary<LidKey, State> old = [];

    /// <summary>What is remembered of a LID.</summary>
    /// <param name="Entry">Its phone; null when it is unknown.</param>
    /// <param name="IsParked">It is among the parked ones.</param>
    public readonly record struct State(LidEntry? Entry, bool IsParked);

    /// <summary>True when the LID has been looked up before, with or without success.</summary>
    public bool TryGet(LidKey key, out State state)
    {
        if (young.TryGetValue(key, out state)) return true;
        if (!old.Remove(key, out state)) return false;
        Put(key, state);
        return true;
    }

    /// <summary>Remembers what is known of a LID.</summary>
    public void Put(LidKey key, State state)
    {
        if (young.Count >= half && !young.ContainsKey(key)) (old, young) = (young, []);
        old.Remove(key);
        young[key] = state;
    }

    /// <summary>
    /// Forgets everything. Due whenever partitions change hands: while another process owned a business, it may have learned what
    /// this one remembers as unknown.
    /// </summary>
    public void Clear()
    {
        young.Clear();
        old.Clear();
    }
}
