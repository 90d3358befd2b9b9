namespace Pipeline.Identity;

/// <summary>Who gave a name.</summary>
public enum KnownNameKind
{
    /// <summary>The business, in its own address book.</summary>
    Contact,

    /// <summary>WhatsApp, which has verified the name of another business.</summary>
    Verified,

    /// <summary>The members of a group: its subject.</summary>
    Subject,
}
