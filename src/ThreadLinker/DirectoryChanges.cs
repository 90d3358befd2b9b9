namespace Pipeline.ThreadLinker;

/// <summary>What a batch changes in the identity directory, in the order in which it was decided.</summary>
public sealed class DirectoryChanges
{
    /// <summary>People who are not stored yet. One may have been absorbed already.</summary>
    public List<Person> NewPeople { get; } = [];

    /// <summary>The next number of each business that has new people.</summary>
    public Dictionary<long, long> NextIds { get; } = [];

    /// <summary>Identities that are not stored yet, with the person that claimed them (its survivor owns them).</summary>
    public List<(ContactIdentity Identity, Person Owner)> NewIdentities { get; } = [];

    /// <summary>Stored people who were met and may have learned something.</summary>
    public HashSet<Person> Met { get; } = [];

    /// <summary>People who ended.</summary>
    public List<Person> Absorbed { get; } = [];

    /// <summary>Why they ended.</summary>
    public List<Announcement.Merge> Merges { get; } = [];

    /// <summary>Conversations that are not stored yet, with the key they have in the end.</summary>
    public List<LinkedConversation> NewConversations { get; } = [];

    /// <summary>Conversations that got a better key.</summary>
    public List<Announcement.Rekey> Rekeys { get; } = [];

    /// <summary>Pairs whose people have a number: on record once, whatever they say later.</summary>
    public HashSet<StatedPair> ClaimedPairs { get; } = [];

    /// <summary>Pairs with what they say of the phone, to be stored if they are new; of two statements about people who have not written yet, the better.</summary>
    public Dictionary<StatedPair, PhoneEvidence?> Pairs { get; } = [];

    /// <summary>Names of addresses: the newest of each kind.</summary>
    public Dictionary<(ContactIdentity Identity, string Kind), DatedName> Names { get; } = [];

    /// <summary>Stored people of whom something is to be written.</summary>
    public IEnumerable<Person> Learned => Met.Where(person => person is { HasLearned: true, IsMerged: false });

    /// <summary>True when there is nothing to write.</summary>
    public bool IsEmpty =>
        NewPeople.Count == 0 && NewIdentities.Count == 0 && Merges.Count == 0 && NewConversations.Count == 0 && Rekeys.Count == 0
        && Pairs.Count == 0 && Names.Count == 0 && !Learned.Any();
}
