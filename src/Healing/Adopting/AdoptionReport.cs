namespace Pipeline.Healing.Adopting;

/// <summary>Somebody who could not be carried over as the older layout has them.</summary>
/// <param name="Business">The business.</param>
/// <param name="Who">In the older layout.</param>
/// <param name="What">What became of them, or why nothing did.</param>
public sealed record AdoptionNote(long Business, string Who, string What);

/// <summary>What adopting did, or would do.</summary>
public sealed class AdoptionReport
{
    /// <summary>Leads of the older layout, merged ones not counted.</summary>
    public long Leads { get; internal set; }

    /// <summary>People without a lead.</summary>
    public long WithoutLead { get; internal set; }

    /// <summary>Groups.</summary>
    public long Groups { get; internal set; }

    /// <summary>People made, under the number of their lead where they had one.</summary>
    public long Created { get; internal set; }

    /// <summary>People whom live traffic had brought before, or an earlier run.</summary>
    public long Joined { get; internal set; }

    /// <summary>Leads that got another number, because theirs was somebody else's.</summary>
    public List<AdoptionNote> Renumbered { get; } = [];

    /// <summary>People left out.</summary>
    public List<AdoptionNote> LeftOut { get; } = [];

    /// <summary>Addresses that found nobody before.</summary>
    public long Identities { get; internal set; }

    /// <summary>Conversations made.</summary>
    public long Conversations { get; internal set; }

    /// <summary>Keys that find a conversation from now on.</summary>
    public long Aliases { get; internal set; }

    /// <summary>Linked messages of the older layout that were looked at.</summary>
    public long Messages { get; internal set; }

    /// <summary>Messages written now.</summary>
    public long MessagesWritten { get; internal set; }

    /// <summary>Messages the product has already: from live traffic, from an earlier run, or because the older table has them twice.</summary>
    public long MessagesThere { get; internal set; }

    /// <summary>Messages of people who were left out.</summary>
    public long MessagesLeftOut { get; internal set; }

    /// <summary>Messages that belong to no conversation of the older layout, and are left there.</summary>
    public long MessagesUnlinked { get; internal set; }

    /// <summary>Transactions that began again because live traffic was in their way.</summary>
    public int Retries { get; internal set; }

    /// <summary>Anything was written.</summary>
    public bool ChangedAnything => Created + Identities + Conversations + Aliases + MessagesWritten + Changed > 0;

    internal long Changed { get; set; }

    /// <summary>Takes over what a batch did, once it is certain.</summary>
    internal void Add(AdoptionChanges changes)
    {
        Created += changes.NewPeople.Count;
        Changed += changes.ChangedPeople.Count + changes.Pairs.Count + changes.Rekeyed.Count;
        Identities += changes.Identities.Count;
        Conversations += changes.Conversations.Count;
        Aliases += changes.Aliases.Count + changes.Rekeyed.Count;
    }

    /// <summary>Takes over the counts of a batch.</summary>
    internal void Add(AdoptionReport batch)
    {
        Leads += batch.Leads;
        WithoutLead += batch.WithoutLead;
        Groups += batch.Groups;
        Created += batch.Created;
        Joined += batch.Joined;
        Renumbered.AddRange(batch.Renumbered);
        LeftOut.AddRange(batch.LeftOut);
        Identities += batch.Identities;
        Conversations += batch.Conversations;
        Aliases += batch.Aliases;
        Changed += batch.Changed;
    }
}
