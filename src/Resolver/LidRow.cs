using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>All that was ever said about the phone of one LID: enough to decide again, in any order.</summary>
/// <param name="Best">The best-known phone that is not denied; null when there is none.</param>
/// <param name="Others">Every other phone that was stated for it, denied ones among them.</param>
public sealed record LidRow(LidEntry? Best, IReadOnlyList<LidEntry> Others)
{
    /// <summary>Nothing stated.</summary>
    public static LidRow Empty { get; } = new(null, []);

    /// <summary>What operators have said of it: for each phone the word that stands.</summary>
    public IReadOnlyList<DatedRuling> Rulings { get; init; } = [];

    /// <summary>All phones that were stated.</summary>
    public IEnumerable<LidEntry> Entries => Best is null ? Others : Others.Prepend(Best);

    /// <summary>Whether an operator has said that this phone belongs to somebody else.</summary>
    public bool Denies(PhoneNumber phone)
    {
        for (var i = 0; i < Rulings.Count; i++)
            if (Rulings[i].Phone == phone) return Rulings[i].IsDenied;
        return false;
    }
}
