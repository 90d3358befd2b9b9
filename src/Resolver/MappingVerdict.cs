namespace Pipeline.Resolver;

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

    /// <summary>An operator has denied the pair: the statement is kept and has no effect.</summary>
    Denied,
}
