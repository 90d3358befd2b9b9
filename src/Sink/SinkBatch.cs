using System.Runtime.InteropServices;
using Pipeline.Streaming;

namespace Pipeline.Sink;

/// <summary>
/// A batch with its conversations resolved and its repetitions folded: what is left is one row a message, in the order of first
/// appearance. Pure; the outcome of each event follows from which rows turned out to be new.
/// </summary>
public sealed class SinkBatch
{
    private readonly SinkEntry[] entries;
    // For each entry that is a message: the index of its row in Messages, and whether it is the one that brought the row.
    private readonly int[] rowOf;
    private readonly bool[] isFirst;
    private readonly List<MessageRow> messages = [];
    private readonly Dictionary<(long ConversationId, string MessageId, string AuthorKey), int> byIdentity = [];
    private readonly Dictionary<(long ConversationId, string MessageId), List<int>> ofGroups = [];

    /// <param name="entries">The batch, in order.</param>
    /// <param name="survivors">For each conversation that exists, what it is part of now; itself when it is live.</param>
    public SinkBatch(IReadOnlyList<SinkEntry> entries, IReadOnlyDictionary<(long BusinessId, long ConversationId), long> survivors)
    {
        this.entries = [.. entries];
        rowOf = new int[entries.Count];
        isFirst = new bool[entries.Count];
        for (var at = 0; at < entries.Count; at++)
        {
            switch (this.entries[at])
            {
                case SinkEntry.Stored { Row: var row }:
                    if (survivors.TryGetValue((row.BusinessId, row.ConversationId), out var home)) Fold(at, row with { ConversationId = home });
                    else SetAside(at);
                    break;
                case SinkEntry.Updated { Row: var row }:
                    if (survivors.TryGetValue((row.BusinessId, row.ConversationId), out home)) Updates.Add(row with { ConversationId = home });
                    else SetAside(at);
                    break;
                case SinkEntry.Merged merged:
                    if (!survivors.TryGetValue((merged.BusinessId, merged.AbsorbedId), out home)) SetAside(at);
                    else if (home == merged.AbsorbedId) this.entries[at] = new SinkEntry.Unusable("unknown_merge", "The directory does not know that the conversation has ended.");
                    else Moves[merged.AbsorbedId] = home;
                    break;
            }
        }
    }

    /// <summary>One row a message.</summary>
    public IReadOnlyList<MessageRow> Messages => messages;

    /// <summary>What happened to messages.</summary>
    public List<UpdateRow> Updates { get; } = [];

    /// <summary>Conversations that ended, with the one each is part of now.</summary>
    public Dictionary<long, long> Moves { get; } = [];

    /// <summary>The conversations that the events name.</summary>
    public static HashSet<(long BusinessId, long ConversationId)> ConversationsOf(IEnumerable<SinkEntry> entries)
    {
        var named = new HashSet<(long, long)>();
        foreach (var entry in entries)
        {
            switch (entry)
            {
                case SinkEntry.Stored { Row: var row }: named.Add((row.BusinessId, row.ConversationId)); break;
                case SinkEntry.Updated { Row: var row }: named.Add((row.BusinessId, row.ConversationId)); break;
                case SinkEntry.Merged merged: named.Add((merged.BusinessId, merged.AbsorbedId)); break;
            }
        }
        return named;
    }

    /// <summary>Rows of groups whose author may be stored under another address already.</summary>
    public IEnumerable<int> RowsOfGroups => ofGroups.Values.SelectMany(rows => rows).Where(at => !messages[at].FromMe);

    /// <summary>Gives a row the author key under which the message is stored already.</summary>
    public void Rename(int row, string authorKey) => messages[row] = messages[row] with { AuthorKey = authorKey };

    /// <summary>The outcome of each event.</summary>
    /// <param name="isNew">For each of <see cref="Messages"/>, whether it had not been stored before.</param>
    /// <param name="eventIds">The event id of each entry, for dead letters.</param>
    public IReadOnlyList<Outcome> Outcomes(IReadOnlyList<bool> isNew, IReadOnlyList<string> eventIds)
    {
        var outcomes = new Outcome[entries.Length];
        for (var at = 0; at < entries.Length; at++)
            outcomes[at] = entries[at] switch
            {
                SinkEntry.Stored => isFirst[at] && isNew[rowOf[at]] ? Outcome.Done : SinkOutcomes.Duplicate,
                SinkEntry.Updated { Row.Change: var change } => SinkOutcomes.Of(change),
                SinkEntry.Merged => SinkOutcomes.Merge,
                SinkEntry.Unusable unusable => new Outcome.Reject(unusable.Reason, unusable.Detail, eventIds[at]),
                _ => throw new InvalidOperationException($"A {entries[at].GetType().Name} is not an entry."),
            };
        return outcomes;
    }

    private void SetAside(int at) => entries[at] = new SinkEntry.Unusable("unknown_conversation", "The business has no such conversation.");

    private void Fold(int at, MessageRow row)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(byIdentity, (row.ConversationId, row.MessageId, row.AuthorKey), out var isKnown);
        if (!isKnown) known = row.IsGroup ? IndexInGroup(row) : -1;
        if (known < 0)
        {
            known = messages.Count;
            isFirst[at] = true;
            messages.Add(row);
            if (row.IsGroup) ofGroups[(row.ConversationId, row.MessageId)].Add(known);
        }
        else
            messages[known] = messages[known].And(row);
        rowOf[at] = known;
    }

    // The same member may be named by LID in one copy and by phone in another.
    private int IndexInGroup(MessageRow row)
    {
        ref var copies = ref CollectionsMarshal.GetValueRefOrAddDefault(ofGroups, (row.ConversationId, row.MessageId), out _);
        copies ??= [];
        return copies.Where(at => messages[at].IsSameMemberAs(row)).FirstOrDefault(-1);
    }
}
