namespace Pipeline.Healing;

/// <summary>
/// Who is who in one business, worked out of its facts. What joins: a mapping of LID and phone; a lead with its phone and its identities;
/// and, weaker, a conversation with the lead it names, as long as its address has no lead of its own. Never names, never times. Pure.
/// </summary>
public sealed class People
{
    private readonly long business;
    private readonly DisjointSets sets = new();
    private readonly Dictionary<Address, int> addresses = [];
    private readonly Dictionary<long, int> leads = [];
    private readonly Dictionary<int, Person> persons = [];

    private People(BusinessFacts facts, string region)
    {
        business = facts.Business;
        Lids = LidsOf(facts, region);
        Mappings = [.. facts.Mappings.Where(mapping => Lids.Read(mapping.Phone).Kind == AddressKind.Phone)];
        Overruled = [];

        Name(facts);
        JoinByEvidence(facts);
        var stated = StatedPhones();
        JoinByConversation(facts);
        Gather(facts, stated);
    }

    /// <summary>Reads the addresses of the business.</summary>
    public KnownLids Lids { get; }

    /// <summary>The mappings that are used: those whose phone is not itself a LID of the business.</summary>
    public IReadOnlyList<MappingRow> Mappings { get; }

    /// <summary>Everybody, groups included, in a fixed order.</summary>
    public IReadOnlyList<Person> All { get; private set; } = [];

    /// <summary>Conversations that name a lead although their address belongs to another: the address counts.</summary>
    public List<ConversationRow> Overruled { get; }

    /// <summary>Conversations with nobody: stories, channels, and addresses that cannot be read.</summary>
    public List<ConversationRow> WithNobody { get; } = [];

    /// <summary>Works it out.</summary>
    public static People Of(BusinessFacts facts, string region = "") => new(facts, region);

    /// <summary>Whose address it is; null when the business does not know it.</summary>
    public Person? WithAddress(Address address) => addresses.TryGetValue(address, out var node) ? persons.GetValueOrDefault(sets.Find(node)) : null;

    /// <summary>Whose lead it is.</summary>
    public Person? WithLead(long id) => leads.TryGetValue(id, out var node) ? persons.GetValueOrDefault(sets.Find(node)) : null;

    /// <summary>
    /// With whom the messages are: the group, when one of the two addresses is one; else who is written to, or who writes. Rows without a
    /// sender have the chat in <c>to_number</c>.
    /// </summary>
    public Address PeerOf(bool fromMe, string? from, string? to)
    {
        var (sender, receiver) = (Lids.Read(from), Lids.Read(to));
        if (receiver.Kind is AddressKind.Group or AddressKind.NoPerson) return receiver;
        if (sender.Kind is AddressKind.Group or AddressKind.NoPerson) return sender;
        return fromMe || string.IsNullOrWhiteSpace(from) ? receiver : sender;
    }

    private static KnownLids LidsOf(BusinessFacts facts, string region)
    {
        var lids = new KnownLids(region);
        foreach (var mapping in facts.Mappings) lids.LearnLid(mapping.Lid);
        foreach (var lid in facts.OtherLids) lids.LearnLid(lid);
        foreach (var conversation in facts.Conversations) lids.Learn(conversation.WaId);
        foreach (var identity in facts.Identities) lids.Learn(identity.ExternalId);
        foreach (var lead in facts.Leads)
        {
            lids.Learn(lead.Phone);
            lids.Learn(lead.Kept?.OldPhone);
        }
        foreach (var row in facts.Messages)
        {
            lids.Learn(row.From);
            lids.Learn(row.To);
        }
        return lids;
    }

    // Everything that can be somebody gets a number, in the order of the facts.
    private void Name(BusinessFacts facts)
    {
        foreach (var lead in facts.Leads) leads.Add(lead.Id, sets.Add());
        foreach (var conversation in facts.Conversations) NodeOf(Lids.Read(conversation.WaId));
        foreach (var row in facts.Messages) NodeOf(PeerOf(row.FromMe, row.From, row.To));
    }

    private int? NodeOf(Address address)
    {
        if (!address.HasConversation) return null;
        if (!addresses.TryGetValue(address, out var node)) addresses.Add(address, node = sets.Add());
        return node;
    }

    private void JoinByEvidence(BusinessFacts facts)
    {
        foreach (var mapping in Mappings)
            sets.Join(NodeOf(new Address(AddressKind.Lid, mapping.Lid))!.Value, NodeOf(Lids.Read(mapping.Phone))!.Value);
        foreach (var lead in facts.Leads)
        {
            Join(lead.Id, lead.Phone);
            Join(lead.Id, lead.Kept?.OldPhone);
            if (lead.Kept?.MergedInto is { } into && leads.TryGetValue(into, out var other)) sets.Join(leads[lead.Id], other);
        }
        foreach (var identity in facts.Identities) Join(identity.LeadId, identity.ExternalId);

        void Join(long lead, string? address)
        {
            // A lead of another business, or one that is gone, joins nothing; a group is nobody's address.
            if (leads.TryGetValue(lead, out var node) && Lids.Read(address) is { IsPerson: true } read) sets.Join(node, NodeOf(read)!.Value);
        }
    }

    private void JoinByConversation(BusinessFacts facts)
    {
        var withLead = leads.Values.Select(sets.Find).ToHashSet();
        foreach (var conversation in facts.Conversations)
        {
            if (conversation.LeadId is not { } lead || !leads.TryGetValue(lead, out var leadNode)) continue;
            if (Lids.Read(conversation.WaId) is not { IsPerson: true } address) continue;
            var (of, named) = (sets.Find(NodeOf(address)!.Value), sets.Find(leadNode));
            if (of == named) continue;
            if (withLead.Contains(of))
            {
                Overruled.Add(conversation);
                continue;
            }
            sets.Join(of, named);
            withLead.Add(sets.Find(named));
        }
    }

    private Dictionary<long, string> StatedPhones()
    {
        var phones = PhonesBySet();
        return leads.Where(lead => phones.ContainsKey(sets.Find(lead.Value))).ToDictionary(lead => lead.Key, lead => phones[sets.Find(lead.Value)]);
    }

    private void Gather(BusinessFacts facts, Dictionary<long, string> stated)
    {
        var all = new List<Person>();
        foreach (var (address, node) in addresses) PersonOf(node).Addresses.Add(address);
        foreach (var lead in facts.Leads) PersonOf(leads[lead.Id]).Leads.Add(lead);
        foreach (var conversation in facts.Conversations)
        {
            var address = Lids.Read(conversation.WaId);
            if (address.HasConversation) PersonOf(NodeOf(address)!.Value).Conversations.Add(conversation);
            else if (address.Kind == AddressKind.Unreadable && conversation.LeadId is { } lead && leads.TryGetValue(lead, out var node)) PersonOf(node).Conversations.Add(conversation);
            else WithNobody.Add(conversation);
        }
        foreach (var row in facts.Messages)
        {
            if (WithAddress(PeerOf(row.FromMe, row.From, row.To)) is not { } person) continue;
            person.UnlinkedMessages += row.Unlinked;
            if (row.LastAt is { } at && !(person.LastMessageAt >= at)) person.LastMessageAt = at;
        }

        var phones = PhonesBySet();
        foreach (var person in all) Sort(person);
        foreach (var (root, person) in persons) person.Phone = phones.GetValueOrDefault(root);
        foreach (var (lead, phone) in stated) WithLead(lead)!.StatedPhone = phone;
        All = all;

        Person PersonOf(int node)
        {
            var root = sets.Find(node);
            if (persons.TryGetValue(root, out var person)) return person;
            persons.Add(root, person = new Person(business));
            all.Add(person);
            return person;
        }
    }

    // Of several phones the one that the best mapping names, then the first in order of their digits.
    private Dictionary<int, string> PhonesBySet()
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var mapping in Mappings)
        {
            var phone = Lids.Read(mapping.Phone).Id;
            if (!ranks.TryGetValue(phone, out var rank) || mapping.Rank < rank) ranks[phone] = mapping.Rank;
        }
        return addresses.Where(address => address.Key.Kind == AddressKind.Phone).GroupBy(address => sets.Find(address.Value))
            .ToDictionary(set => set.Key, set => set.Select(address => address.Key.Id).OrderBy(phone => ranks.GetValueOrDefault(phone, int.MaxValue)).ThenBy(phone => phone, StringComparer.Ordinal).First());
    }

    private void Sort(Person person)
    {
        person.Addresses.Sort((one, other) => one.Kind != other.Kind ? one.Kind.CompareTo(other.Kind) : string.CompareOrdinal(one.Id, other.Id));

        // The one that stands for all: not merged by an earlier run, with a phone that can be believed, the oldest.
        Reorder(person.Leads, person.Leads.OrderBy(lead => lead.Kept?.MergedInto is not null).ThenBy(lead => Lids.Read(lead.OriginalPhone).Kind != AddressKind.Phone).ThenBy(lead => lead.Id));

        // The one that goes on: one that goes on for others already, else the most recent.
        var goingOn = person.Conversations.Where(conversation => conversation.MergedInto is not null).Select(conversation => conversation.MergedInto!.Value).ToHashSet();
        Reorder(person.Conversations, person.Conversations
            .OrderBy(conversation => conversation.MergedInto is not null).ThenBy(conversation => !goingOn.Contains(conversation.Id))
            .ThenByDescending(conversation => conversation.LastMessageAt ?? DateTime.MinValue).ThenBy(conversation => conversation.Id));
    }

    private static void Reorder<T>(List<T> list, IEnumerable<T> ordered)
    {
        var sorted = ordered.ToList();
        list.Clear();
        list.AddRange(sorted);
    }
}
