namespace Pipeline.Identity;

/// <summary>What an event is about.</summary>
public enum EventKind
{
    /// <summary>Something this product has no use for.</summary>
    Unknown,

    /// <summary>A message of a one-to-one chat.</summary>
    Direct,

    /// <summary>A message of a group.</summary>
    Group,

    /// <summary>A story.</summary>
    Status,

    /// <summary>A message sent to a broadcast list; a received one belongs to the chat with its author.</summary>
    Broadcast,

    /// <summary>A post of a channel.</summary>
    Newsletter,

    /// <summary>A message of an automaton.</summary>
    Bot,

    /// <summary>A reaction to a message, or its removal.</summary>
    Reaction,

    /// <summary>New content for an earlier message.</summary>
    Edit,

    /// <summary>A message deleted for everyone.</summary>
    Revoke,

    /// <summary>Messages deleted on the business's own devices only.</summary>
    Delete,

    /// <summary>A message was sent, delivered, read, played or refused.</summary>
    Receipt,

    /// <summary>A vote in a poll.</summary>
    PollVote,

    /// <summary>A message that could not be decrypted; a readable copy may follow.</summary>
    Undecryptable,

    /// <summary>Something happened that is not content: members, timers, missed calls, shared numbers.</summary>
    System,

    /// <summary>A call.</summary>
    Call,

    /// <summary>A LID and its phone, as the event's only content.</summary>
    Mapping,

    /// <summary>An address-book entry.</summary>
    Contact,

    /// <summary>A change of the session's connection.</summary>
    Connection,

    /// <summary>A chat's metadata.</summary>
    Chat,

    /// <summary>Somebody is online or typing.</summary>
    Presence,

    /// <summary>An operator denies that a LID and a phone are one person, or takes that back.</summary>
    Ruling,

    /// <summary>The event can never be understood; see the fault.</summary>
    Error,
}
