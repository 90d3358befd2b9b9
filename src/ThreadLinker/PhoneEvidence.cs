namespace Pipeline.ThreadLinker;

/// <summary>How much a statement “this is the person's phone” weighs, weakest first.</summary>
public enum PhoneRank : short
{
    /// <summary>
    /// Looked up in the LID table, which says nothing new: the event that taught the pair is the evidence. Or whom the person quoted, which
    /// anybody can make up.
    /// </summary>
    LookUp = 0,

    /// <summary>A bulk observation, such as a contact list.</summary>
    Seed = 1,

    /// <summary>Stated by an event about this person.</summary>
    Stated = 2,

    /// <summary>Given by a CRM, which outranks WhatsApp.</summary>
    Given = 3,
}

/// <summary>A statement that a phone is somebody's.</summary>
/// <param name="Phone">Canonical E.164.</param>
/// <param name="Rank">What it rests on.</param>
/// <param name="At">The event's own time, UTC; <see cref="DateTime.MinValue"/> for a look-up.</param>
public readonly record struct PhoneEvidence(string Phone, PhoneRank Rank, DateTime At)
{
    /// <summary>
    /// True when this statement decides against the other: the heavier, then the newer, then the greater text. A total order, so the
    /// winner of any number of statements does not depend on the order in which they arrive.
    /// </summary>
    public bool Beats(PhoneEvidence other)
    {
        if (Rank != other.Rank) return Rank > other.Rank;
        if (At != other.At) return At > other.At;
        return string.CompareOrdinal(Phone, other.Phone) > 0;
    }
}
