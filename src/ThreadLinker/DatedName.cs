namespace Pipeline.ThreadLinker;

/// <summary>A name with its time: a push name as of one received message, or the name that a CRM has given.</summary>
/// <param name="Name">The name.</param>
/// <param name="At">When the message was sent or the name was given, UTC.</param>
public readonly record struct DatedName(string Name, DateTime At)
{
    /// <summary>True when this name replaces the other: the newer, then the greater text. A total order, as in <see cref="PhoneEvidence.Beats"/>.</summary>
    public bool Beats(DatedName other) => At != other.At ? At > other.At : string.CompareOrdinal(Name, other.Name) > 0;
}
