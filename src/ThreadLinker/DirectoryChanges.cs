namespace Pipeline.ThreadLinker;

/// <summary>What a batch changes in the identity directory, in the order in which it was decided.</summary>
public sealed class DirectoryChanges
{
    /// <summary>Leads that are not stored yet. One may have been absorbed already.</summary>
    public List<Lead> NewLeads { get; } = [];

    /// <summary>The next lead number of each business that has new leads.</summary>
    public Dictionary<long, long> NextLeadIds { get; } = [];

    /// <summary>Identities that are not stored yet, with the lead that claimed them (its survivor owns them).</summary>
    public List<(ContactIdentity Identity, Lead Owner)> NewIdentities { get; } = [];

    /// <summary>Stored leads that were met and may have learned something.</summary>
    public HashSet<Lead> Met { get; } = [];

    /// <summary>Leads that ended.</summary>
    public List<Lead> Absorbed { get; } = [];

    /// <summary>Why they ended.</summary>
    public List<LeadMerge> Merges { get; } = [];

    /// <summary>Conversations that are not stored yet.</summary>
    public List<LinkedConversation> NewConversations { get; } = [];

    /// <summary>Pairs to store, or, where null, to take out.</summary>
    public Dictionary<(long BusinessId, string Lid, string Phone), UnclaimedPair?> Pairs { get; } = [];

    /// <summary>Stored leads whose phone or name is to be written.</summary>
    public IEnumerable<Lead> Learned => Met.Where(lead => lead is { HasLearned: true, IsMerged: false });

    /// <summary>True when there is nothing to write.</summary>
    public bool IsEmpty =>
        NewLeads.Count == 0 && NewIdentities.Count == 0 && Merges.Count == 0 && NewConversations.Count == 0 && Pairs.Count == 0 && !Learned.Any();

    /// <summary>Notes that a pair is to be stored.</summary>
    public void Remember(UnclaimedPair pair) => Pairs[(pair.BusinessId, pair.Lid, pair.Phone.Phone)] = pair;

    /// <summary>Notes that a pair has found its lead.</summary>
    public void Forget(UnclaimedPair pair) => Pairs[(pair.BusinessId, pair.Lid, pair.Phone.Phone)] = null;
}
