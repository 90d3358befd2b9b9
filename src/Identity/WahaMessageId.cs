namespace Pipeline.Identity;

/// <summary>WAHA's composed message id: <c>fromMe_chat_id</c>, in groups with <c>_participant</c>.</summary>
internal sealed record WahaMessageId(bool FromMe, string Chat, string Id, string? Participant)
{
    /// <summary>Takes one apart; null when it has another form.</summary>
    public static WahaMessageId? Of(string? text)
    {
        if (text is null) return null;
        var first = text.IndexOf('_');
        if (first < 0 || text[..first] is not ("true" or "false")) return null;
        var at = text.IndexOf('@', first);
        var second = at < 0 ? -1 : text.IndexOf('_', at);
        if (second < 0 || second == text.Length - 1) return null;
        var end = text.IndexOf('_', second + 1);
        var id = end < 0 ? text[(second + 1)..] : text[(second + 1)..end];
        var participant = end < 0 || end == text.Length - 1 ? null : text[(end + 1)..];
        return id.Length == 0 ? null : new WahaMessageId(first == 4, text[(first + 1)..second], id, participant);
    }
}
