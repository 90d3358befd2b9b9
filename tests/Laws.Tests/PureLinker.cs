using Pipeline.Contracts;
using Pipeline.ThreadLinker;

namespace Pipeline.Laws.Tests;

/// <summary>
/// The ThreadLinker with dictionaries for a database: after each batch what has to be written is stored, and the next one begins with what is
/// stored. Which event is in which conversation is known from announcements alone, as the Sink knows it. The only file here that knows the ThreadLinker.
/// </summary>
internal sealed class PureLinker
{
    private readonly Dictionary<(long BusinessId, long Id), (PhoneEvidence? Phone, DatedName? Name)> people = [];
    private readonly Dictionary<(long BusinessId, long PersonId), LinkedConversation> withPeople = [];
    private readonly Dictionary<ContactIdentity, long> owners = [];
    private readonly Dictionary<StatedPair, PhoneEvidence?> pairs = [];
    private readonly List<LinkedConversation> groups = [];
    private readonly List<Announcement.Merge> merges = [];
    private readonly Dictionary<long, long> nextIds = [];

    private readonly Dictionary<string, LinkedConversation> announced = [];
    private readonly Dictionary<string, LinkedConversation> movedTo = [];

    /// <summary>Links one batch of what the Resolver wrote.</summary>
    public void Run(IReadOnlyList<EnrichedEvent> events)
    {
        foreach (var one in events) nextIds.TryAdd(one.BusinessId, 1);
        var directory = Loaded();
        foreach (var one in events)
        {
            switch (directory.Decide(EventSubject.Of(one, Topics.KeyOf(one.BusinessId))))
            {
                case LinkDecision.Linked linked:
                    Follow(linked.Before);
                    announced[one.EventId] = linked.Conversation;
                    break;
                case LinkDecision.Learned learned:
                    Follow(learned.Announced);
                    break;
                case LinkDecision.Noted noted:
                    Follow(noted.Announced);
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
            else if (people.TryGetValue((business, conversation.PersonId), out var person))
                yield return (eventId, conversation.Key, person.Phone?.Phone);
            else
                throw new InvalidOperationException($"{conversation.Key} has ended without an announcement.");
        }
    }

    /// <summary>Every phone that is known of somebody, leads without conversation and phones that are not the current one included.</summary>
    public IEnumerable<string> PhonesOf(long business) =>
        owners.Keys.Where(identity => identity.BusinessId == business && identity.Channel == Channel.Phone).Select(identity => identity.ExternalId)
            .Concat(people.Where(person => person.Key.BusinessId == business && person.Value.Phone is not null).Select(person => person.Value.Phone!.Value.Phone));

    private IdentityDirectory Loaded()
    {
        var directory = new IdentityDirectory(new LeadOptions());
        foreach (var (business, next) in nextIds) directory.AddBusiness(business, next);
        foreach (var (identity, id) in owners)
        {
            var (phone, name) = people[(identity.BusinessId, id)];
            directory.AddIdentity(identity, directory.AddPerson(Person.Stored(
                identity.BusinessId, id, Ownership.Auto, phone, name, withPeople.GetValueOrDefault((identity.BusinessId, id)))));
        }
        foreach (var (pair, phone) in pairs)
            if (!owners.ContainsKey(pair.One) && !owners.ContainsKey(pair.Other)) directory.AddPair(new PairStatement(pair, phone));
        foreach (var group in groups) directory.AddGroup(group);
        foreach (var merge in merges) directory.AddPast(merge);
        return directory;
    }

    private void Store(DirectoryChanges changes)
    {
        foreach (var person in changes.NewPeople.Where(person => !person.IsMerged).Concat(changes.Learned)) people[(person.BusinessId, person.Id)] = (person.Phone, person.PushName);
        foreach (var (identity, owner) in changes.NewIdentities) owners[identity] = owner.Survivor.Id;
        foreach (var absorbed in changes.Absorbed)
        {
            people.Remove((absorbed.BusinessId, absorbed.Id));
            foreach (var identity in owners.Where(one => one.Key.BusinessId == absorbed.BusinessId && one.Value == absorbed.Id).Select(one => one.Key).ToArray())
                owners[identity] = absorbed.Survivor.Id;
        }
        foreach (var (business, next) in changes.NextIds) nextIds[business] = next;
        foreach (var (pair, phone) in changes.Pairs)
            if (!changes.ClaimedPairs.Contains(pair) || !pairs.ContainsKey(pair)) pairs[pair] = phone;
        foreach (var conversation in changes.NewConversations)
        {
            if (conversation.GroupId is not null) groups.Add(conversation);
            else withPeople[(conversation.BusinessId, conversation.PersonId)] = conversation;
        }
        merges.AddRange(changes.Merges);
    }

    private void Follow(IReadOnlyList<Announcement> told)
    {
        foreach (var announcement in told)
            if (announcement is Announcement.Merge { Absorbed: { } absorbed, Survivor: { } survivor }) movedTo[absorbed.Key] = survivor;
    }
}
