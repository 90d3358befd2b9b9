namespace Pipeline.Healing;

/// <summary>Numbers that are joined into sets (union-find with path halving and union by size).</summary>
internal sealed class DisjointSets
{
    private readonly List<int> parents = [];
    private readonly List<int> sizes = [];

    /// <summary>A new number, alone in its set.</summary>
    public int Add()
    {
        parents.Add(parents.Count);
        sizes.Add(1);
        return parents.Count - 1;
    }

    /// <summary>The number that stands for the set.</summary>
    public int Find(int one)
    {
        while (parents[one] != one) one = parents[one] = parents[parents[one]];
        return one;
    }

    /// <summary>Makes two sets one.</summary>
    public void Join(int one, int other)
    {
        (one, other) = (Find(one), Find(other));
        if (one == other) return;
        if (sizes[one] < sizes[other]) (one, other) = (other, one);
        parents[other] = one;
        sizes[one] += sizes[other];
    }
}
