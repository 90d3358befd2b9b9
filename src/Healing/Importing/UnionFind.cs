namespace Pipeline.Healing.Importing;

/// <summary>Which names belong together, by and by.</summary>
internal sealed class UnionFind
{
    private readonly Dictionary<string, string> parents = new(StringComparer.Ordinal);

    /// <summary>The name that stands for all that belong to this one.</summary>
    public string Of(string name)
    {
        var root = name;
        while (parents.TryGetValue(root, out var parent) && parent != root) root = parent;
        for (var at = name; at != root;) (at, parents[at]) = (parents[at], root);
        return root;
    }

    /// <summary>The two belong together. The ordinally smaller name stands for both, whatever the order of joining.</summary>
    public void Join(string one, string other)
    {
        var (a, b) = (Of(one), Of(other));
        parents.TryAdd(a, a);
        parents.TryAdd(b, b);
        if (a != b) parents[StringComparer.Ordinal.Compare(a, b) < 0 ? b : a] = StringComparer.Ordinal.Compare(a, b) < 0 ? a : b;
    }
}
