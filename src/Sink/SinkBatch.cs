using System.Runtime.InteropServices;
using Pipeline.Streaming;

namespace Pipeline.Sink;

/// <summary>
/// A batch with its repetitions folded: what is left is one row a message, in the order of first appearance. Pure; the outcome of each
/// event follows from which rows turned out to be new.
/// </summary>
public sealed class SinkBatch
{
    private readonly IReadOnlyList<SinkEntry> entries;
    // For each entry that is a message: the index of its row in Messages, and whether it is the one that brought the row.
    private readonly int[] rowOf;
    private readonly bool[] isFirst;
    private readonly List<MessageRow> messages = [];
    private readonly Dictionary<(long ConversationId, string MessageId, string AuthorKey), int> byIdentity = [];
    private readonly Dictionary<(long ConversationId, string MessageId), List<int>> ofGroups = [];

    /// <param name="entries">The batch, in order, in the conversations that are live now (<see cref="SinkEntry.In"/>).</param>
    public SinkBatch(IReadOnlyList<SinkEntry> entries)
    {
        this.entries = entries;
        rowOf = new int[entries.Count];
        isFirst = new bool[entries.Count];
        for (var at = 0; at < entries.Count; at++)
        {
            switch (entries[at])
            {
                case SinkEntry.Stored stored: Fold(at, stored.Row); break;
                case SinkEntry.Updated updated: Updates.Add(updated.Row); break;
                case SinkEntry.Merged merged: Moves[merged.AbsorbedId] = merged.SurvivorId; break;
                case SinkEntry.Split split: Splits.Add(split); break;
                case SinkEntry.PhoneTold told: Learned.Add(told); break;
                case SinkEntry.Nothing: break;
                default: throw new ArgumentException("A batch with something unusable in it is not stored.", nameof(entries));
            }
        }
    }

    /// <summary>One row a message.</summary>
    public IReadOnlyList<MessageRow> Messages => messages;

    /// <summary>What happened to messages.</summary>
    public List<UpdateRow> Updates { get; } = [];

    /// <summary>Conversations that ended, with the one each is part of now.</summary>
    public Dictionary<long, long> Moves { get; } = [];

    /// <summary>Conversations that turned out to be with two people.</summary>
    public List<SinkEntry.Split> Splits { get; } = [];

    /// <summary>Phones of LIDs, in the order in which they were told.</summary>
    public List<SinkEntry.PhoneTold> Learned { get; } = [];

    /// <summary>Rows of groups whose author may be stored under another address already.</summary>
    public IEnumerable<int> RowsOfGroups => ofGroups.Values.SelectMany(rows => rows).Where(at => !messages[at].FromMe);

    /// <summary>Gives a row the author key under which the message is stored already.</summary>
    public void Rename(int row, string authorKey) => messages[row] = messages[row] with { AuthorKey = authorKey };

    /// <summary>The outcome of each event.</summary>
    /// <param name="isNew">For each of <see cref="Messages"/>, whether it had not been stored before.</param>
    public IReadOnlyList<Outcome> Outcomes(IReadOnlyList<bool> isNew) =>
    [
        .. entries.Select((entry, at) => entry switch
        {
            SinkEntry.Stored => isFirst[at] && isNew[rowOf[at]] ? Outcome.Done : SinkOutcomes.Duplicate,
            SinkEntry.Updated { Row.Change: var change } => SinkOutcomes.Of(change),
            SinkEntry.Split => SinkOutcomes.Split,
            SinkEntry.PhoneTold => SinkOutcomes.Phone,
            SinkEntry.Nothing nothing => new Outcome.Skip(nothing.Kind),
            _ => SinkOutcomes.Merge,
        }),
    ];

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
