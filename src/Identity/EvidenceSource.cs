namespace Pipeline.Identity;

/// <summary>Where a party's phone comes from, strongest first.</summary>
public enum EvidenceSource
{
    /// <summary>The address itself is a phone address.</summary>
    Direct,

    /// <summary>The same message carries the party's other address.</summary>
    Envelope,

    /// <summary>The business's LID table, or the session's knowledge of its own addresses.</summary>
    Table,

    /// <summary>The session was asked.</summary>
    Endpoint,

    /// <summary>Whom the person quoted, for a business whose operator trusts that.</summary>
    Quoted,

    /// <summary>Learned after the message had gone on.</summary>
    Late,

    /// <summary>The phone is not known.</summary>
    None,
}
