namespace Pipeline.Identity;

/// <summary>What was noticed while reading; each is a counter.</summary>
[Flags]
public enum ReadNotes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A phone address whose digits are not believed.</summary>
    SuffixConflict = 1,

    /// <summary>Fields of one event name different people for one party.</summary>
    IdentityConflict = 2,

    /// <summary>An alternate address of somebody else was the business's own, and was not used.</summary>
    OwnAlternate = 4,

    /// <summary>The sender's device said “not from me”, the own addresses say otherwise.</summary>
    FromMeCorrected = 8,

    /// <summary>More wrappers around the content than are opened.</summary>
    TooManyWrappers = 16,
}
