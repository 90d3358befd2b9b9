namespace Pipeline.Healing;

/// <summary>What an address in an older row stands for.</summary>
public enum AddressKind
{
    /// <summary>Nothing that can be read.</summary>
    Unreadable,

    /// <summary>A person, by phone.</summary>
    Phone,

    /// <summary>A person, by LID, however the LID was written.</summary>
    Lid,

    /// <summary>A group.</summary>
    Group,

    /// <summary>A story, a channel, a broadcast list, an automaton: nobody one has a conversation with.</summary>
    NoPerson,
}

/// <summary>An address as the backfill understands it.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Id">Canonical E.164 phone, digits of the LID, or id of the group; empty for the other kinds.</param>
public readonly record struct Address(AddressKind Kind, string Id)
{
    /// <summary>An address that cannot be read.</summary>
    public static Address Unreadable { get; } = new(AddressKind.Unreadable, "");

    /// <summary>A person's address.</summary>
    public bool IsPerson => Kind is AddressKind.Phone or AddressKind.Lid;

    /// <summary>A person's or a group's: there can be a conversation.</summary>
    public bool HasConversation => IsPerson || Kind == AddressKind.Group;
}
