using Pipeline.Contracts;
using Pipeline.ThreadLinker;

namespace Pipeline.Laws.Tests;

/// <summary>
/// The ThreadLinker with dictionaries for a database: after each batch what has to be written is stored, and the next one begins with what is
/// stored. Which event is in which conversation is known from announcements alone, as the Sink knows it. The only file here that knows the ThreadLinker.
/// </summary>
internal sealed class PureLinker
{
    private readonly Dictionary<(long BusinessId, long Id), (PhoneEvidence? Phone, PushName? Name)> leads = [];
    private readonly Dictionary<(long BusinessId, long LeadId), LinkedConversation> withLeads = [];
    private readonly Dictionary<ContactIdentity, long> owners = [];
    private readonly Dictionary<(long BusinessId, string Lid, string Phone), UnclaimedPair> pairs = [];
    private readonly List<LinkedConversation> groups = [];
    private readonly List<LeadMerge> merges = [];
    private readonly Dictionary<long, long> nextLeadIds = [];

    private readonly Dictionary<string, LinkedConversation> announced = [];
    private readonly Dictionary<string, LinkedConversation> movedTo = [];

    /// <summary>Links one batch of what the Resolver wrote.</summary>
    public void Run(IReadOnlyList<EnrichedEvent> events)
    {
        foreach (var one in events) nextLeadIds.TryAdd(one.BusinessId, 1);
        var directory = Loaded();
        foreach (var one in events)
        {
            switch (directory.Decide(EventSubject.Of(one, Topics.KeyOf(one.BusinessId))))
            {
                case LinkDecision.Linked linked:
                    Follow(linked.Merges);
                    announced[one.EventId] = linked.Conversation;
                    break;
                case LinkDecision.Noted noted:
                    Follow(noted.Merges);
                    break;
                case LinkDecision.Refused refused:
                    throw new InvalidOperationException($"The ThreadLinker refuses an event of the Resolver: {refused.Reason}");
            }
        }
        Store(directory.Changes);
    }

    /// <summary>The conversation of each linked event of a business, and the phone of the person it is with.</summary>
    public IEnumerable<(string EventId, string Conversation, string? Phone)> Linked(long business)
    {
        foreach (var (eventId, linked) in announced)
        {
            if (linked.BusinessId != business) continue;
            var conversation = linked;
            while (movedTo.TryGetValue(conversation.Key, out var next)) conversation = next;
            if (conversation.GroupId is not null)
                yield return (eventId, conversation.Key, null);
            else if (leads.TryGetValue((business, conversation.LeadId), out var lead))
                yield return (eventId, conversation.Key, lead.Phone?.Phone);
            else
                throw new InvalidOperationException($"{conversation.Key} has ended without an announcement.");
        }
    }

    /// <summary>Every phone that is known of somebody, leads without conversation and phones that are not the current one included.</summary>
    public IEnumerable<string> PhonesOf(long business) =>
        owners.Keys.Where(identity => identity.BusinessId == business && identity.Channel == Channel.Phone).Select(identity => identity.ExternalId)
            .Concat(leads.Where(lead => lead.Key.BusinessId == business && lead.Value.Phone is not null).Select(lead => lead.Value.Phone!.Value.Phone));

    private IdentityDirectory Loaded()
    {
        var directory = new IdentityDirectory();
        foreach (var (business, next) in nextLeadIds) directory.AddBusiness(business, next);
        foreach (var (identity, id) in owners)
        {
            var (phone, name) = leads[(identity.BusinessId, id)];
            directory.AddIdentity(identity, directory.AddLead(Lead.Stored(
                identity.BusinessId, id, isOwnedByCrm: false, phone, name, withLeads.GetValueOrDefault((identity.BusinessId, id)))));
        }
        foreach (var pair in pairs.Values) directory.AddPair(pair);
        foreach (var group in groups) directory.AddGroup(group);
        foreach (var merge in merges) directory.AddPastMerge(merge);
        return directory;
    }

    private void Store(DirectoryChanges changes)
    {
        foreach (var lead in changes.NewLeads.Where(lead => !lead.IsMerged).Concat(changes.Learned)) leads[(lead.BusinessId, lead.Id)] = (lead.Phone, lead.PushName);
        foreach (var (identity, owner) in changes.NewIdentities) owners[identity] = owner.Survivor.Id;
        foreach (var absorbed in changes.Absorbed)
        {
            leads.Remove((absorbed.BusinessId, absorbed.Id));
            foreach (var identity in owners.Where(one => one.Key.BusinessId == absorbed.BusinessId && one.Value == absorbed.Id).Select(one => one.Key).ToArray())
                owners[identity] = absorbed.Survivor.Id;
        }
        foreach (var (business, next) in changes.NextLeadIds) nextLeadIds[business] = next;
        foreach (var (key, pair) in changes.Pairs)
        {
            if (pair is { } known) pairs[key] = known;
            else pairs.Remove(key);
        }
        foreach (var conversation in changes.NewConversations)
        {
            if (conversation.GroupId is not null) groups.Add(conversation);
            else withLeads[(conversation.BusinessId, conversation.LeadId)] = conversation;
        }
        merges.AddRange(changes.Merges);
    }

    private void Follow(IReadOnlyList<LeadMerge> told)
    {
        foreach (var merge in told)
            if (merge is { Absorbed: { } absorbed, Survivor: { } survivor }) movedTo[absorbed.Key] = survivor;
    }
}
