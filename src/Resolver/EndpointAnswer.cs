using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>What came of a question to the resolve endpoint.</summary>
/// <param name="IsAnswer">It has answered; false when it could not be asked or did not answer sensibly, which says nothing about the LID.</param>
/// <param name="Phone">The phone; null when the session does not know it.</param>
public readonly record struct EndpointAnswer(bool IsAnswer, PhoneNumber? Phone)
{
    /// <summary>No answer.</summary>
    public static EndpointAnswer Failed => default;
}
