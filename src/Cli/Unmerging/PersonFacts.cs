using Pipeline.Cli.Explain;

namespace Pipeline.Cli.Unmerging;

/// <summary>A person and everything that says that its addresses are one.</summary>
/// <param name="Id">The number of the person, or lead.</param>
/// <param name="Addresses">The addresses, with the number of messages that came from or went to each.</param>
/// <param name="Ties">What was stated.</param>
/// <param name="Denied">Ties that are denied already.</param>
/// <param name="Merges">People who became this one.</param>
internal sealed record PersonFacts(
    long Id, IReadOnlyDictionary<Address, long> Addresses, IReadOnlyList<TieFacts> Ties, IReadOnlySet<Tie> Denied, IReadOnlyList<MergeFacts> Merges)
{
    /// <summary>The shape of it.</summary>
    public Ties Shape => new(Addresses.Keys.ToArray(), Ties.Select(tie => tie.Tie).ToArray());

    /// <summary>What would come apart if one more tie were denied.</summary>
    public IReadOnlyList<IReadOnlyList<Address>> PartsWithout(Tie tie) => Shape.PartsWithout(Denied.Append(tie).ToHashSet());

    /// <summary>The messages of some of the addresses.</summary>
    public long MessagesOf(IEnumerable<Address> addresses) => addresses.Sum(address => Addresses.GetValueOrDefault(address));
}

/// <summary>Two addresses and the statement that they are one person.</summary>
/// <param name="Tie">The addresses.</param>
/// <param name="Stated">The strongest statement of the LID table; null for what is not a LID with its phone, and for what is not in the table.</param>
internal sealed record TieFacts(Tie Tie, StatedPhone? Stated);

/// <summary>Somebody who became part of the person.</summary>
/// <param name="LeadId">The number.</param>
/// <param name="Evidence">Why.</param>
/// <param name="Pair">The tie that showed it, where the event named one.</param>
/// <param name="At">When, by the event.</param>
/// <param name="Origin">The event.</param>
internal sealed record MergeFacts(long LeadId, string Evidence, string? Pair, DateTime At, Origin Origin);
