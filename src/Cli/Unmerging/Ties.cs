using Pipeline.ThreadLinker;

namespace Pipeline.Cli.Unmerging;

/// <summary>What holds the addresses of one person together, and what would be left of it without some of the ties. Pure.</summary>
/// <param name="addresses">The addresses of the person.</param>
/// <param name="stated">What was stated; a tie to an address of somebody else is left out.</param>
internal sealed class Ties(IReadOnlyCollection<Address> addresses, IReadOnlyCollection<Tie> stated)
{
    /// <summary>The parts into which the person falls, by the rule of the ThreadLinker itself: each in order, the parts by their first address.</summary>
    /// <param name="denied">Ties that do not count.</param>
    public IReadOnlyList<IReadOnlyList<Address>> PartsWithout(IReadOnlySet<Tie> denied) =>
    [
        .. PersonParts.Of(addresses.Select(address => address.Identity), stated.Select(tie => tie.Stated), denied.Select(tie => tie.Stated).ToHashSet())
            .Select(part => part.Select(Address.Of).Order().ToArray()).OrderBy(part => part[0]),
    ];

    /// <summary>The shortest way from one address to another, both ends among it; empty when there is none.</summary>
    /// <param name="from">One end.</param>
    /// <param name="to">The other end.</param>
    /// <param name="denied">Ties that do not count.</param>
    public IReadOnlyList<Address> Way(Address from, Address to, IReadOnlySet<Tie> denied)
    {
        var neighbours = NeighboursWithout(denied);
        var cameFrom = new Dictionary<Address, Address> { [from] = from };
        var queue = new Queue<Address>([from]);
        while (queue.TryDequeue(out var at) && at != to)
            foreach (var next in neighbours[at].Order())
                if (cameFrom.TryAdd(next, at)) queue.Enqueue(next);
        if (!cameFrom.ContainsKey(to)) return [];
        var way = new List<Address> { to };
        while (way[^1] != from) way.Add(cameFrom[way[^1]]);
        way.Reverse();
        return way;
    }

    private ILookup<Address, Address> NeighboursWithout(IReadOnlySet<Tie> denied)
    {
        var known = addresses.ToHashSet();
        var counting = stated.Where(tie => !denied.Contains(tie)).Concat(addresses.Where(address => address.OfItself is not null).Select(address => new Tie(address.OfItself!.Value, address)));
        return counting.Where(tie => known.Contains(tie.One) && known.Contains(tie.Other))
            .SelectMany(tie => (Tie[])[tie, new Tie(tie.Other, tie.One)]).ToLookup(tie => tie.One, tie => tie.Other);
    }
}
