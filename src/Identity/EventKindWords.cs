namespace Pipeline.Identity;

/// <summary>The words that stand for <see cref="EventKind"/> outside the process.</summary>
public static class EventKindWords
{
    /// <summary>Lower case with underscores.</summary>
    public static string ToWord(this EventKind kind) => kind switch
    {
        EventKind.Direct => "direct",
        EventKind.Group => "group",
        EventKind.Status => "status",
        EventKind.Broadcast => "broadcast",
        EventKind.Newsletter => "newsletter",
        EventKind.Bot => "bot",
        EventKind.Reaction => "reaction",
        EventKind.Edit => "edit",
        EventKind.Revoke => "revoke",
        EventKind.Delete => "delete",
        EventKind.Receipt => "receipt",
        EventKind.PollVote => "poll_vote",
        EventKind.Undecryptable => "undecryptable",
        EventKind.System => "system",
        EventKind.Call => "call",
        EventKind.Mapping => "mapping",
        EventKind.Contact => "contact",
        EventKind.Connection => "connection",
        EventKind.Chat => "chat",
        EventKind.Presence => "presence",
        EventKind.Ruling => "ruling",
        EventKind.Error => "error",
        _ => "unknown",
    };
}
