using Pipeline.Contracts;

namespace Samples.ReadLinked;

/// <summary>What a reader of <c>linked</c> knows: which messages belong to which conversation, after every merge, split and new key.</summary>
internal sealed class Conversations
{
    private readonly HashSet<string> seen = [];
    private readonly Dictionary<long, string> keys = [];
    private readonly Dictionary<long, Dictionary<(string Author, string MessageId), Message>> messages = [];
    private readonly Dictionary<long, long> survivors = [];

    /// <summary>Events taken, each once.</summary>
    public int Events { get; private set; }

    /// <summary>Events that came again.</summary>
    public int Repeated { get; private set; }

    /// <summary>Merges among the events.</summary>
    public int Merges { get; private set; }

    /// <summary>Takes one event. The same event may come again, after a restart of its producer or of this reader: it counts once.</summary>
    /// <param name="id">Its <c>ce_id</c>.</param>
    /// <param name="linked">What it says.</param>
    public void Take(string id, LinkedEvent linked)
    {
        if (!seen.Add(id))
        {
            Repeated++;
            return;
        }
        Events++;

        // A message that was linked before a merge keeps the old conversation in its event.
        if (linked.Conversation is { } conversation) Name(conversation);
        switch (linked.BodyCase)
        {
            // A later copy of a message (one that could be decrypted now, for example) is the same message.
            case LinkedEvent.BodyOneofCase.Message:
                Of(Current(linked.Conversation!.ConversationId))[(AuthorOf(linked.Message), linked.Message.MessageId)] = linked.Message;
                break;
            case LinkedEvent.BodyOneofCase.ConversationMerged:
                Merge(linked.ConversationMerged);
                break;
            case LinkedEvent.BodyOneofCase.ConversationSplit:
                Split(linked.ConversationSplit);
                break;
            case LinkedEvent.BodyOneofCase.ConversationRekeyed:
                Name(linked.ConversationRekeyed.Conversation);
                break;
            // Receipts, updates and learned phones move no messages; a newer version may know more bodies.
            default:
                break;
        }
    }

    /// <summary>Every conversation that has messages, in the order of the public keys.</summary>
    public IEnumerable<(string Key, int Messages)> List() =>
        messages.Where(entry => entry.Value.Count > 0).Select(entry => (keys[entry.Key], entry.Value.Count)).OrderBy(row => row.Item1, StringComparer.Ordinal);

    private void Merge(ConversationMerged merged)
    {
        Merges++;
        Name(merged.Survivor);
        survivors[merged.Absorbed.ConversationId] = merged.Survivor.ConversationId;
        var into = Of(Current(merged.Survivor.ConversationId));
        foreach (var (identity, message) in Of(merged.Absorbed.ConversationId)) into[identity] = message;
        messages.Remove(merged.Absorbed.ConversationId);
    }

    private void Split(ConversationSplit split)
    {
        // The other one is live again, if it had been merged.
        survivors.Remove(split.Into.ConversationId);
        Name(split.From);
        Name(split.Into);
        var from = Of(split.From.ConversationId);
        var into = Of(split.Into.ConversationId);
        foreach (var (identity, message) in from.ToList())
        {
            if (!split.Addresses.Contains(message.Peer?.Address ?? "") && !split.Addresses.Contains(message.Peer?.Phone ?? "")) continue;
            into[identity] = message;
            from.Remove(identity);
        }
    }

    private void Name(Conversation conversation)
    {
        if (!survivors.ContainsKey(conversation.ConversationId)) keys[conversation.ConversationId] = conversation.Key;
    }

    private long Current(long id)
    {
        while (survivors.TryGetValue(id, out var survivor)) id = survivor;
        return id;
    }

    private Dictionary<(string Author, string MessageId), Message> Of(long id)
    {
        if (!messages.TryGetValue(id, out var found)) messages[id] = found = [];
        return found;
    }

    // Ids are chosen by the sending device, so two members of a group may use the same one.
    private static string AuthorOf(Message message) => message switch
    {
        { FromMe: true } => "business",
        { Kind: Message.Types.Kind.Direct } => "peer",
        { Author.Lid.Length: > 0 } => message.Author.Lid,
        { Author.Phone.Length: > 0 } => message.Author.Phone,
        { Author.Address.Length: > 0 } => message.Author.Address,
        _ => "unknown",
    };
}
