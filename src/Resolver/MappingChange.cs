namespace Pipeline.Resolver;

/// <summary>The end of one statement about a LID.</summary>
/// <param name="Entry">What is known from now on.</param>
/// <param name="Other">The entry that lost: the old one when replaced, the stated one in a conflict; null otherwise.</param>
/// <param name="Verdict">What happened.</param>
public sealed record MappingChange(LidEntry Entry, LidEntry? Other, MappingVerdict Verdict);

/// <summary>What a statement about a LID did.</summary>
public enum MappingVerdict
{
    /// <summary>Nothing new.</summary>
    Unchanged,

    /// <summary>Same phone, but seen at another time or by stronger evidence.</summary>
    Confirmed,

    /// <summary>The LID was unknown.</summary>
    Learned,

    /// <summary>A newer or stronger statement gave another phone.</summary>
    Replaced,

    /// <summary>An older or weaker statement gave another phone and lost.</summary>
    Conflict,
}
