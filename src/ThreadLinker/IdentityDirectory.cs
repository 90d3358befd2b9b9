using System.Runtime.InteropServices;

namespace Pipeline.ThreadLinker;

/// <summary>
/// The part of the identity directory that one batch touches: it is filled with what is stored, decides event by event who is who, and
/// keeps what has to be written. No IO and no clock, so every rule can be tried by itself.
/// </summary>
/// <remarks>
/// Two identities that something states together belong to one person, unless an operator has denied it. That is a union: whichever order
/// the statements come in, and however often, the same identities end together.
/// </remarks>
/// <param name="options">Who becomes a lead.</param>
/// <param name="written">Pairs that are known to be stored; none is as good, only slower.</param>
public sealed class IdentityDirectory(LeadOptions options, StatedPairMemory? written = null)
{
    private readonly Dictionary<(long BusinessId, long Id), Person> people = [];
    private readonly Dictionary<ContactIdentity, Person> owners = [];
    private readonly Dictionary<ContactIdentity, List<PairStatement>> unclaimed = [];
    private readonly Dictionary<(long BusinessId, string GroupId), LinkedConversation> groups = [];
    private readonly Dictionary<(long BusinessId, Guid EventId), List<Announcement>> past = [];
    private readonly Dictionary<long, long> nextIds = [];
    private readonly HashSet<StatedPair> denied = [];

    /// <summary>What has to be written.</summary>
    public DirectoryChanges Changes { get; } = new();

    /// <summary>Says how the next person of a business is numbered.</summary>
    public void AddBusiness(long businessId, long nextId) => nextIds[businessId] = nextId;

    /// <summary>Adds a stored person; the first one to be added of the same number stands.</summary>
    public Person AddPerson(Person stored)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(people, (stored.BusinessId, stored.Id), out _);
        return known ??= stored;
    }

    /// <summary>Adds a stored identity.</summary>
    public void AddIdentity(ContactIdentity identity, Person owner) => owners[identity] = owner;

    /// <summary>Adds a person who was found by phone although the phone is no identity: a lead that was written into the table from outside.</summary>
    public void AddOwnerOfPhone(ContactIdentity phone, Person owner)
    {
        if (owners.TryAdd(phone, owner)) Changes.NewIdentities.Add((phone, owner));
    }

    /// <summary>Adds a pair that an operator has denied. Before any other pair.</summary>
    public void AddDenied(StatedPair pair) => denied.Add(pair);

    /// <summary>Adds a stored pair of people who have no number yet.</summary>
    public void AddPair(PairStatement statement)
    {
        if (denied.Contains(statement.Pair)) return;
        UnclaimedOf(statement.Pair.One).Add(statement);
        UnclaimedOf(statement.Pair.Other).Add(statement);
    }

    /// <summary>Adds the stored conversation of a group.</summary>
    public void AddGroup(LinkedConversation conversation) => groups[(conversation.BusinessId, conversation.GroupId!)] = conversation;

    /// <summary>Adds what one of the batch's events has already caused, in a run that did not get as far as announcing it.</summary>
    public void AddPast(Announcement announcement)
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(past, (announcement.BusinessId, announcement.Cause.EventId), out _);
        (list ??= []).Add(announcement);
    }

    /// <summary>True when the identity has an owner.</summary>
    public bool Knows(ContactIdentity identity) => owners.ContainsKey(identity);

    /// <summary>Decides about one event, in the light of every event before it.</summary>
    public LinkDecision Decide(EventSubject subject)
    {
        switch (subject)
        {
            case EventSubject.Direct direct:
                return Link(direct);
            case EventSubject.Group { Member: { } member } group when options.FromGroups:
                var announced = PastOf(group.BusinessId, group.Cause.EventId);
                Meet(Allowed(member, out _), group.Cause, announced);
                return new LinkDecision.Linked(ConversationOf(group), announced);
            case EventSubject.Group group:
                return new LinkDecision.Linked(ConversationOf(group), []);
            case EventSubject.Mapping mapping:
                return Join(mapping);
            case EventSubject.Given given:
                return Take(given);
            case EventSubject.Named named:
                foreach (var identity in named.Identities) Call(identity, named.Kind, named.Name);
                return new LinkDecision.Noted("name", []);
            case EventSubject.Unusable unusable:
                return new LinkDecision.Refused(unusable.Reason, unusable.Detail);
            default:
                throw new InvalidOperationException($"A {subject.GetType().Name} is not decided here.");
        }
    }

    private LinkDecision.Linked Link(EventSubject.Direct direct)
    {
        var announced = PastOf(direct.Person.BusinessId, direct.Cause.EventId);
        var person = Meet(Allowed(direct.Person, out var deniedSide), direct.Cause, announced);
        return new LinkDecision.Linked(ConversationWith(person, direct.Person.Identities), announced, deniedSide);
    }

    /// <summary>What is left of the evidence when an operator has denied that its LID and its phone are one person.</summary>
    private PersonEvidence Allowed(PersonEvidence evidence, out DeniedSide? deniedSide)
    {
        deniedSide = denied.Count > 0 && evidence.LidAndPhone is { } pair && denied.Contains(pair) ? evidence.WeakerSide : null;
        return deniedSide is { } side ? evidence.Without(side) : evidence;
    }

    private Person Meet(PersonEvidence evidence, EventCause cause, List<Announcement> announced)
    {
        var (identities, tied) = Closure(evidence.Identities);
        var person = Unite(identities, cause, tied.Count > 0 ? "mapping" : evidence.Kind, evidence.LidAndPhone, announced) ?? NewPerson(evidence.BusinessId);
        if (options.AutoCreate) person.Own(Ownership.Auto);
        Claim(identities, tied, evidence.Pairs, person);
        person.Learn(evidence.Phone);
        person.LearnPushName(evidence.PushName);
        Rekey(person, identities, cause, announced);
        return person;
    }

    private LinkDecision Join(EventSubject.Mapping mapping)
    {
        var announced = PastOf(mapping.BusinessId, mapping.Cause.EventId);
        var statement = new PairStatement(mapping.Pair, mapping.Phone);
        if (denied.Contains(mapping.Pair))
        {
            // Kept as evidence, for the day on which the operator takes the denial back.
            State(statement);
            return new LinkDecision.Noted("denied_mapping", announced);
        }
        var (identities, tied) = Closure([mapping.Pair.One, mapping.Pair.Other]);
        if (Unite(identities, mapping.Cause, "mapping", mapping.Pair, announced) is { } person)
        {
            Claim(identities, tied, [statement], person);
            person.Learn(mapping.Phone);
            Rekey(person, identities, mapping.Cause, announced);
        }
        else
            Remember(statement);
        return new LinkDecision.Learned(mapping, announced);
    }

    private LinkDecision Take(EventSubject.Given given)
    {
        // The old fault of taking LIDs for phones lives on in CRMs.
        if (given.PhoneAsLid is { } suspect && !given.Lids.Contains(suspect) && (owners.ContainsKey(suspect) || UnclaimedOf(suspect).Count > 0))
            return new LinkDecision.Refused("lid_as_phone", "The lead's phone has the digits of a LID of this business: it is no phone.");

        var announced = PastOf(given.Lead.BusinessId, given.Cause.EventId);
        var (identities, tied) = Closure(given.Identities);
        var person = Unite(identities, given.Cause, "crm", null, announced) ?? NewPerson(given.Lead.BusinessId);
        person.Own(Ownership.Crm);
        Claim(identities, tied, given.Identities.Skip(1).Select(identity => new PairStatement(
            StatedPair.Of(given.Lead, identity), identity.Channel == Channel.Phone ? given.Phone : null)), person);
        person.Learn(given.Phone);
        person.LearnName(given.Name);
        Rekey(person, identities, given.Cause, announced);
        return new LinkDecision.Noted("lead", announced);
    }

    private void Call(ContactIdentity identity, string kind, DatedName name)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(Changes.Names, (identity, kind), out var isKnown);
        if (!isKnown || name.Beats(known)) known = name;
    }

    /// <summary>The identities with all that unclaimed pairs tie to them, and those pairs.</summary>
    private (List<ContactIdentity> Identities, List<PairStatement> Pairs) Closure(IReadOnlyList<ContactIdentity> identities)
    {
        List<ContactIdentity> all = [.. identities];
        List<PairStatement> tied = [];
        for (var at = 0; at < all.Count; at++)
        {
            if (!unclaimed.TryGetValue(all[at], out var found)) continue;
            foreach (var statement in found)
            {
                if (tied.Contains(statement)) continue;
                tied.Add(statement);
                if (!all.Contains(statement.Pair.One)) all.Add(statement.Pair.One);
                if (!all.Contains(statement.Pair.Other)) all.Add(statement.Pair.Other);
            }
        }
        return (all, tied);
    }

    /// <summary>The one person that owns the identities, after merging if there were several; null when there is none.</summary>
    private Person? Unite(List<ContactIdentity> identities, EventCause cause, string evidence, StatedPair? pair, List<Announcement> announced)
    {
        Person? survivor = null;
        List<Person>? several = null;
        foreach (var identity in identities)
        {
            if (!owners.TryGetValue(identity, out var owner)) continue;
            var person = owner.Survivor;
            if (survivor is null)
                survivor = person;
            else if (person != survivor && several?.Contains(person) is not true)
            {
                (several ??= [survivor]).Add(person);
                if (person.Outlives(survivor)) survivor = person;
            }
        }
        if (several is null) return survivor;

        foreach (var absorbed in several.Where(person => person != survivor).OrderBy(person => person.Id))
            announced.Add(Merge(absorbed, survivor!, identities, cause, evidence, pair));
        return survivor;
    }

    private Announcement.Merge Merge(Person absorbed, Person survivor, List<ContactIdentity> identities, EventCause cause, string evidence, StatedPair? pair)
    {
        // Only a conversation that exists can move, and it needs a place to move to.
        var into = absorbed.Conversation is null ? survivor.Conversation : ConversationWith(survivor, identities);
        absorbed.MergeInto(survivor);
        var merge = new Announcement.Merge(absorbed.BusinessId, cause, absorbed.Id, survivor.Id, evidence, pair, absorbed.Conversation, into);
        Changes.Absorbed.Add(absorbed);
        Changes.Merges.Add(merge);
        if (!survivor.IsNew) Changes.Met.Add(survivor);
        return merge;
    }

    private void Claim(List<ContactIdentity> identities, List<PairStatement> tied, IEnumerable<PairStatement> stated, Person person)
    {
        foreach (var identity in identities)
        {
            if (owners.TryAdd(identity, person)) Changes.NewIdentities.Add((identity, person));
            if (tied.Count > 0) unclaimed.Remove(identity);
        }
        foreach (var statement in tied) person.Learn(statement.Phone);
        foreach (var statement in stated)
        {
            Changes.ClaimedPairs.Add(statement.Pair);
            State(statement);
        }
        if (!person.IsNew) Changes.Met.Add(person);
    }

    /// <summary>A pair goes on record once; what it says of the phone later is the person's.</summary>
    private void State(PairStatement statement)
    {
        if (written?.Has(statement.Pair) is not true) Changes.Pairs.TryAdd(statement.Pair, statement.Phone);
    }

    private void Remember(PairStatement statement)
    {
        var ofOne = UnclaimedOf(statement.Pair.One);
        var known = ofOne.FindIndex(other => other.Pair == statement.Pair);
        if (known >= 0 && statement.Phone is { } phone && ofOne[known].Phone is { } before && !phone.Beats(before)) return;
        if (known >= 0)
        {
            UnclaimedOf(statement.Pair.Other).Remove(ofOne[known]);
            ofOne.RemoveAt(known);
        }
        AddPair(statement);
        Changes.Pairs[statement.Pair] = statement.Phone;
    }

    private void Rekey(Person person, List<ContactIdentity> identities, EventCause cause, List<Announcement> announced)
    {
        if (person.Conversation is not { } conversation || conversation.Rekey(person, identities) is not { } oldKey) return;
        var rekey = new Announcement.Rekey(person.BusinessId, cause, conversation, oldKey);
        Changes.Rekeys.Add(rekey);
        announced.Add(rekey);
    }

    private Person NewPerson(long businessId)
    {
        ref var next = ref CollectionsMarshal.GetValueRefOrAddDefault(nextIds, businessId, out var isKnown);
        if (!isKnown) throw new InvalidOperationException("A business of the batch was not loaded.");
        var person = new Person(businessId, next++, isNew: true);
        people.Add((businessId, person.Id), person);
        Changes.NewPeople.Add(person);
        Changes.NextIds[businessId] = next;
        return person;
    }

    private LinkedConversation ConversationWith(Person person, IReadOnlyList<ContactIdentity> identities)
    {
        if (person.Conversation is null)
        {
            person.Conversation = LinkedConversation.With(person, identities);
            Changes.NewConversations.Add(person.Conversation);
        }
        return person.Conversation;
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

    private List<Announcement> PastOf(long businessId, Guid eventId) =>
        past.TryGetValue((businessId, eventId), out var known) ? [.. known] : [];

    private List<PairStatement> UnclaimedOf(ContactIdentity identity)
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(unclaimed, identity, out _);
        return list ??= [];
    }
}
