namespace Pipeline.Resolver;

/// <summary>What has to be known of businesses before their first look-up.</summary>
/// <param name="Epochs">The epoch of the cache of each.</param>
/// <param name="Rulings">All that operators have said about pairs.</param>
public sealed record Opening(IReadOnlyDictionary<long, long> Epochs, IReadOnlyDictionary<LidKey, IReadOnlyList<DatedRuling>> Rulings);
