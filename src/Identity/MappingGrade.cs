namespace Pipeline.Identity;

/// <summary>How far a pair is trusted, weakest first. A newer pair replaces an older one of the same grade, never one of a higher grade.</summary>
public enum MappingGrade
{
    /// <summary>Whom a message quoted. Not evidence, unless an operator has said to trust it for a business; weaker than everything else.</summary>
    Quoted,

    /// <summary>Bulk observation: history, contacts, group rosters.</summary>
    Seed,

    /// <summary>Said about this very account: message envelope, mapping event, shared number.</summary>
    Strong,
}
