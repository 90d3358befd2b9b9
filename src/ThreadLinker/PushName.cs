namespace Pipeline.ThreadLinker;

/// <summary>A name that the person chose, as of one received message.</summary>
/// <param name="Name">The name.</param>
/// <param name="At">When the message was sent, UTC.</param>
public readonly record struct PushName(string Name, DateTime At)
{
    /// <summary>True when this name replaces the other: the newer, then the greater text. A total order, as in <see cref="PhoneEvidence.Beats"/>.</summary>
    public bool Beats(PushName other) => At != other.At ? At > other.At : string.CompareOrdinal(Name, other.Name) > 0;
}
