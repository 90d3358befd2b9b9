namespace Pipeline.Identity;

/// <summary>What the digits of a phone address are worth.</summary>
internal enum PhoneBelief
{
    /// <summary>7 to 14 digits under an assigned calling code: taken as the phone.</summary>
    Believed,

    /// <summary>15 digits, the length of most LIDs: the message goes on, the digits are not taken as a phone.</summary>
    Doubted,

    /// <summary>No phone anywhere: the address is broken.</summary>
    Refused,
}
