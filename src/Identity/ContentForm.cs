namespace Pipeline.Identity;

/// <summary>How a field of a message's content is to be taken.</summary>
internal enum ContentForm
{
    /// <summary>Carried beside content, never content.</summary>
    Beside,

    /// <summary>Key material only; a message of nothing else is not content.</summary>
    KeyMaterial,

    /// <summary>Holds a further <c>message</c>.</summary>
    Wrapper,

    /// <summary>Shown to people.</summary>
    Shown,

    /// <summary>Revokes, edits, timers and housekeeping.</summary>
    Protocol,

    /// <summary>A reaction.</summary>
    Reaction,

    /// <summary>A vote.</summary>
    PollVote,

    /// <summary>Encrypted content about another message.</summary>
    Secret,

    /// <summary>Something that happened; not content.</summary>
    System,
}
