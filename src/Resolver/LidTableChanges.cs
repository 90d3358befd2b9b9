namespace Pipeline.Resolver;

/// <summary>What a batch does to the LID table.</summary>
/// <param name="Entries">The rows that are new or different.</param>
/// <param name="Replaced">Rows that gave way to another phone, with the event that replaced them.</param>
public sealed record LidTableChanges(IReadOnlyDictionary<LidKey, LidEntry> Entries, IReadOnlyList<(LidKey Key, LidEntry Old, Guid By)> Replaced);
