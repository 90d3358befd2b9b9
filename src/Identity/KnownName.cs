namespace Pipeline.Identity;

/// <summary>What an event says that somebody, or a group, is called. Names that people choose for themselves are not among them: they come with messages.</summary>
/// <param name="Kind">Who gave the name.</param>
/// <param name="Person">Whose name it is: the event's own contact or author, so that what is found out about that one holds here. Null for a group.</param>
/// <param name="GroupId">The group's id without server; null for a person.</param>
/// <param name="Name">The name as it is shown, never empty, see <see cref="DisplayName.IsName"/>.</param>
public sealed record KnownName(KnownNameKind Kind, PartyEvidence? Person, string? GroupId, string Name)
{
    /// <summary>The name of a person; null when the text is no name, or when the person is the business itself or nobody.</summary>
    internal static KnownName? OfPerson(KnownNameKind kind, PartyEvidence? person, string? text) =>
        person is { IsBusiness: false, Address: not null } && DisplayName.IsName(text) ? new KnownName(kind, person, null, DisplayName.Tidy(text)) : null;

    /// <summary>The subject of a group; null when the text is no name.</summary>
    internal static KnownName? OfGroup(string? groupId, string? text) =>
        groupId is not null && DisplayName.IsName(text) ? new KnownName(KnownNameKind.Subject, null, groupId, DisplayName.Tidy(text)) : null;

    /// <summary>Those that are names.</summary>
    internal static IReadOnlyList<KnownName> These(KnownName? one, KnownName? other = null) => (one, other) switch
    {
        (null, null) => [],
        (null, _) => [other],
        (_, null) => [one],
        _ => [one, other],
    };
}
