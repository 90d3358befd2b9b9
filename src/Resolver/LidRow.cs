namespace Pipeline.Resolver;

/// <summary>All that was ever stated about the phone of one LID: enough to decide again, in any order.</summary>
/// <param name="Best">The best-known phone.</param>
/// <param name="Others">Every other phone that was stated for it.</param>
public sealed record LidRow(LidEntry Best, IReadOnlyList<LidEntry> Others)
{
    /// <summary>As far as the nearer tiers know: the best phone only.</summary>
    public static LidRow? OfBest(LidEntry? best) => best is null ? null : new LidRow(best, []);
}
