using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>What a batch has to write, in one transaction.</summary>
public sealed class TableChanges
{
    /// <summary>Rows of the LID table that are new or different.</summary>
    public Dictionary<LidKey, LidRow> Rows { get; } = [];

    /// <summary>The rows among them that have a phone.</summary>
    public IEnumerable<KeyValuePair<LidKey, LidEntry>> BestRows => Rows.Where(row => row.Value.Best is not null).Select(row => KeyValuePair.Create(row.Key, row.Value.Best!));

    /// <summary>What operators have said, for each pair the word that stands.</summary>
    public Dictionary<(LidKey Key, PhoneNumber Phone), DatedRuling> Rulings { get; } = [];

    /// <summary>LIDs whose best phone was another one before, or that have lost it. What the shared cache says of them is wrong from now on.</summary>
    public HashSet<LidKey> Moved { get; } = [];

    /// <summary>LIDs that have got a phone: nobody needs to be asked any more.</summary>
    public HashSet<LidKey> Found { get; } = [];

    /// <summary>LIDs that nobody knows, with the event that named them first.</summary>
    public Dictionary<LidKey, EventOrigin> Parked { get; } = [];

    /// <summary>Whom unresolved LIDs quoted.</summary>
    public List<Hint> Hints { get; } = [];

    /// <summary>Businesses whose session has learned something or has come back: reason to ask it again for what it did not know.</summary>
    public HashSet<long> AskAgain { get; } = [];

    /// <summary>Own addresses that were not known, or have become current again.</summary>
    public List<OwnAddressSeen> OwnAddresses { get; } = [];

    /// <summary>Nothing to write.</summary>
    public bool IsEmpty => Rows.Count == 0 && Rulings.Count == 0 && Parked.Count == 0 && Hints.Count == 0 && AskAgain.Count == 0 && OwnAddresses.Count == 0;
}

/// <summary>A quoted author's phone, beside the LID that quoted it.</summary>
public readonly record struct Hint(LidKey Key, PhoneNumber Phone, DateTimeOffset At, EventOrigin Origin);

/// <summary>An own address of a session.</summary>
public readonly record struct OwnAddressSeen(string Address, EventOrigin Origin);
