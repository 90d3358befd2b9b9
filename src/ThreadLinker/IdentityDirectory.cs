using System.Runtime.InteropServices;

namespace Pipeline.ThreadLinker;

/// <summary>
/// The part of the identity directory that one batch touches: it is filled with what is stored, decides event by event who is who, and
/// keeps what has to be written. No IO and no clock, so every rule can be tried by itself.
/// </summary>
/// <remarks>
/// Two identities that some event states together belong to one lead. That is a union: whichever order the statements come in, and
/// however often, the same identities end together.
/// </remarks>
public sealed class IdentityDirectory
{
    private readonly Dictionary<(long BusinessId, long LeadId), Lead> leads = [];
    private readonly Dictionary<ContactIdentity, Lead> owners = [];
    private readonly Dictionary<ContactIdentity, List<UnclaimedPair>> pairs = [];
    private readonly Dictionary<(long BusinessId, string GroupId), LinkedConversation> groups = [];
    private readonly Dictionary<(long BusinessId, Guid EventId), List<LeadMerge>> pastMerges = [];
    private readonly Dictionary<long, long> nextLeadIds = [];

    /// <summary>What has to be written.</summary>
    public DirectoryChanges Changes { get; } = new();

    /// <summary>Says how the next lead of a business is numbered.</summary>
    public void AddBusiness(long businessId, long nextLeadId) => nextLeadIds[businessId] = nextLeadId;

    /// <summary>Adds a stored lead; the first one to be added of the same number stands.</summary>
    public Lead AddLead(Lead stored)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(leads, (stored.BusinessId, stored.Id), out _);
        return known ??= stored;
    }

    /// <summary>Adds a stored identity.</summary>
    public void AddIdentity(ContactIdentity identity, Lead owner) => owners[identity] = owner;

    /// <summary>Adds a lead that was found by its phone although the phone is no identity of it: one given from outside.</summary>
    public void AddOwnerOfPhone(ContactIdentity phone, Lead owner)
    {
        if (owners.TryAdd(phone, owner)) Changes.NewIdentities.Add((phone, owner));
    }

    /// <summary>Adds a stored pair of somebody without a lead.</summary>
    public void AddPair(UnclaimedPair pair)
    {
        PairsOf(pair.OfLid).Add(pair);
        PairsOf(pair.OfPhone).Add(pair);
    }

    /// <summary>Adds the stored conversation of a group.</summary>
    public void AddGroup(LinkedConversation conversation) => groups[(conversation.BusinessId, conversation.GroupId!)] = conversation;

    /// <summary>Adds a merge that one of the batch's events has already caused, in a run that did not get as far as announcing it.</summary>
    public void AddPastMerge(LeadMerge merge)
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(pastMerges, (merge.BusinessId, merge.EventId), out _);
        (list ??= []).Add(merge);
    }

    /// <summary>True when the identity has a lead.</summary>
    public bool Knows(ContactIdentity identity) => owners.ContainsKey(identity);

    /// <summary>Decides about one event, in the light of every event before it.</summary>
    public LinkDecision Decide(EventSubject subject)
    {
        switch (subject)
        {
            case EventSubject.Direct direct:
                var merges = PastMergesOf(direct.BusinessId, direct.Cause.EventId);
                var lead = LeadOf(direct, merges);
                return new LinkDecision.Linked(ConversationWith(lead), merges);
            case EventSubject.Group group:
                return new LinkDecision.Linked(ConversationOf(group), []);
            case EventSubject.Mapping mapping:
                return new LinkDecision.Noted(Join(mapping));
            case EventSubject.Unusable unusable:
                return new LinkDecision.Refused(unusable.Reason, unusable.Detail);
            default:
                throw new InvalidOperationException($"A {subject.GetType().Name} is not a subject.");
        }
    }

    private Lead LeadOf(EventSubject.Direct direct, List<LeadMerge> merges)
    {
        var person = direct.Person;
        var (identities, claimed) = Closure(person.Identities);
        var lead = Unite(identities, direct.Cause, claimed.Count > 0 ? "mapping" : person.Kind, merges) ?? NewLead(direct.BusinessId);
        Claim(identities, claimed, lead);
        lead.Learn(person.Phone);
        lead.Learn(person.PushName);
        return lead;
    }

    private List<LeadMerge> Join(EventSubject.Mapping mapping)
    {
        var pair = mapping.Pair;
        var merges = PastMergesOf(pair.BusinessId, mapping.Cause.EventId);
        var (identities, claimed) = Closure([pair.OfLid, pair.OfPhone]);
        if (Unite(identities, mapping.Cause, "mapping", merges) is { } lead)
        {
            Claim(identities, claimed, lead);
            lead.Learn(pair.Phone);
        }
        else
            Remember(pair);
        return merges;
    }

    /// <summary>The identities with all that unclaimed pairs tie to them, and those pairs.</summary>
    private (List<ContactIdentity> Identities, List<UnclaimedPair> Pairs) Closure(IReadOnlyList<ContactIdentity> identities)
    {
        List<ContactIdentity> all = [.. identities];
        List<UnclaimedPair> tied = [];
        for (var at = 0; at < all.Count; at++)
        {
            if (!pairs.TryGetValue(all[at], out var found)) continue;
            foreach (var pair in found)
            {
                if (tied.Contains(pair)) continue;
                tied.Add(pair);
                if (!all.Contains(pair.OfLid)) all.Add(pair.OfLid);
                if (!all.Contains(pair.OfPhone)) all.Add(pair.OfPhone);
            }
        }
        return (all, tied);
    }

    /// <summary>The one lead that owns the identities, after merging if there were several; null when there is none.</summary>
    private Lead? Unite(List<ContactIdentity> identities, EventCause cause, string evidence, List<LeadMerge> merges)
    {
        Lead? survivor = null;
        List<Lead>? several = null;
        foreach (var identity in identities)
        {
            if (!owners.TryGetValue(identity, out var owner)) continue;
            var lead = owner.Survivor;
            if (survivor is null)
                survivor = lead;
            else if (lead != survivor && several?.Contains(lead) is not true)
            {
                (several ??= [survivor]).Add(lead);
                if (lead.Outlives(survivor)) survivor = lead;
            }
        }
        if (several is null) return survivor;

        foreach (var absorbed in several.Where(lead => lead != survivor).OrderBy(lead => lead.Id))
            merges.Add(Merge(absorbed, survivor!, cause, evidence));
        return survivor;
    }

    private LeadMerge Merge(Lead absorbed, Lead survivor, EventCause cause, string evidence)
    {
        // Only a conversation that exists can move, and it needs a place to move to.
        var into = absorbed.Conversation is null ? survivor.Conversation : ConversationWith(survivor);
        absorbed.MergeInto(survivor);
        var merge = new LeadMerge(cause.EventId, absorbed.BusinessId, absorbed.Id, survivor.Id, evidence, cause.At, cause.Raw, absorbed.Conversation, into);
        Changes.Absorbed.Add(absorbed);
        Changes.Merges.Add(merge);
        return merge;
    }

    private void Claim(List<ContactIdentity> identities, List<UnclaimedPair> claimed, Lead lead)
    {
        foreach (var identity in identities)
        {
            if (owners.TryAdd(identity, lead)) Changes.NewIdentities.Add((identity, lead));
            if (claimed.Count > 0) pairs.Remove(identity);
        }
        foreach (var pair in claimed)
        {
            lead.Learn(pair.Phone);
            Changes.Forget(pair);
        }
        if (!lead.IsNew) Changes.Met.Add(lead);
    }

    private void Remember(UnclaimedPair pair)
    {
        var ofLid = PairsOf(pair.OfLid);
        var known = ofLid.FindIndex(other => other.Phone.Phone == pair.Phone.Phone);
        if (known >= 0 && !pair.Phone.Beats(ofLid[known].Phone)) return;
        if (known >= 0)
        {
            PairsOf(pair.OfPhone).Remove(ofLid[known]);
            ofLid.RemoveAt(known);
        }
        AddPair(pair);
        Changes.Remember(pair);
    }

    private Lead NewLead(long businessId)
    {
        ref var next = ref CollectionsMarshal.GetValueRefOrAddDefault(nextLeadIds, businessId, out var isKnown);
        if (!isKnown) throw new InvalidOperationException("A business of the batch was not loaded.");
        var lead = new Lead(businessId, next++, isNew: true);
        leads.Add((businessId, lead.Id), lead);
        Changes.NewLeads.Add(lead);
        Changes.NextLeadIds[businessId] = next;
        return lead;
    }

    private LinkedConversation ConversationWith(Lead lead)
    {
        if (lead.Conversation is null)
        {
            lead.Conversation = LinkedConversation.WithLead(lead.BusinessId, lead.Id);
            Changes.NewConversations.Add(lead.Conversation);
        }
        return lead.Conversation;
    }

    private LinkedConversation ConversationOf(EventSubject.Group group)
    {
        ref var conversation = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, (group.BusinessId, group.GroupId), out _);
        if (conversation is null)
        {
            conversation = LinkedConversation.OfGroup(group.BusinessId, group.GroupId);
            Changes.NewConversations.Add(conversation);
        }
        return conversation;
    }

    private List<LeadMerge> PastMergesOf(long businessId, Guid eventId) =>
        pastMerges.TryGetValue((businessId, eventId), out var past) ? [.. past] : [];

    private List<UnclaimedPair> PairsOf(ContactIdentity identity)
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(pairs, identity, out _);
        return list ??= [];
    }
}
