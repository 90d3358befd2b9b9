namespace Pipeline.Resolver;

/// <summary>
/// The nearest tier of the LID table: what this process has looked up or learned, known and unknown alike. Bounded: two generations,
/// the older one dropped when the younger is full, what is asked for moves up. One thread at a time.
/// </summary>
public sealed class LidCache(int capacity)
{
    private readonly int half = Math.Max(1, capacity / 2);
    private Dictionary<LidKey, LidEntry?> young = [];
    private Dictionary<LidKey, LidEntry?> old = [];

    /// <summary>True when the LID has been looked up before; <paramref name="entry"/> is null when it was unknown then.</summary>
    public bool TryGet(LidKey key, out LidEntry? entry)
    {
        if (young.TryGetValue(key, out entry)) return true;
        if (!old.Remove(key, out entry)) return false;
        Put(key, entry);
        return true;
    }

    /// <summary>Remembers what is known of a LID; null for unknown.</summary>
    public void Put(LidKey key, LidEntry? entry)
    {
        if (young.Count >= half && !young.ContainsKey(key)) (old, young) = (young, []);
        old.Remove(key);
        young[key] = entry;
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
