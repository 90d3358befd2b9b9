namespace Pipeline.Identity;

/// <summary>Whose address a field holds.</summary>
[Flags]
internal enum AlternateOwner
{
    None = 0,

    /// <summary>The chat's: the peer in a one-to-one chat, the author for status and broadcast lists.</summary>
    Chat = 1,

    /// <summary>The author's.</summary>
    Sender = 2,

    /// <summary>The peer's, on what the business sent.</summary>
    Recipient = 4,
}
