using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>What an operator has said of a LID and one of its phones.</summary>
/// <param name="Phone">The phone.</param>
/// <param name="IsDenied">True: they are two people. False: an earlier denial is taken back.</param>
/// <param name="At">When it was said.</param>
/// <param name="EventId">The event that said it.</param>
/// <param name="Raw">Where that event lies.</param>
public sealed record DatedRuling(PhoneNumber Phone, bool IsDenied, DateTimeOffset At, Guid EventId, RawPlace? Raw = null)
{
    /// <summary>
    /// Of two rulings about one pair the later stands. At the same moment a denial outranks, because weak evidence never merges; then the id decides.
    /// </summary>
    public bool Outranks(DatedRuling other)
    {
        if (At != other.At) return At > other.At;
        return IsDenied != other.IsDenied ? IsDenied : EventId.CompareTo(other.EventId) > 0;
    }
}
