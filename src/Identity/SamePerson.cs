namespace Pipeline.Identity;

/// <summary>The three answers to “are these two addresses one person?”.</summary>
public enum SamePerson
{
    /// <summary>They share a phone or a LID.</summary>
    Same,

    /// <summary>Both phones are known and differ, or the two can not both be persons.</summary>
    Different,

    /// <summary>Nothing known so far decides it; later evidence may.</summary>
    CannotTell,
}
