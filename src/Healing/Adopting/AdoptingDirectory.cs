namespace Pipeline.Healing.Adopting;

/// <summary>
/// Decides, person by person, what the product's directory takes over. Holds what is stored of the people it is asked about. Pure: no IO, no
/// clock.
/// </summary>
/// <param name="business">The business.</param>
/// <param name="autoLeads">Whether people without a lead become one.</param>
internal sealed class AdoptingDirectory(long business, bool autoLeads)
{
    private const short Given = 3;
    private const short Seed = 1;

    private readonly Dictionary<long, ProductPerson> people = [];
    private readonly Dictionary<Identity, ProductPerson> owners = [];
    private readonly Dictionary<string, ProductPerson> phones = [];
    private readonly HashSet<long> taken = [];
    private readonly HashSet<(Identity, Identity)> pairs = [];
    private readonly HashSet<(string Lid, string Phone)> denied = [];
    private readonly HashSet<string> keys = [];
    private long next;

    /// <summary>What follows from the decisions so far.</summary>
    public AdoptionChanges Changes { get; private set; } = new();

    /// <summary>The number the next person gets.</summary>
    public long Next => next;

    /// <summary>Takes what has been written off the list; what was decided stays known.</summary>
    public AdoptionChanges TakeChanges() => (Changes, Changes = new AdoptionChanges()).Item1;

    public void AddNext(long stored) => next = Math.Max(next, stored);

    /// <summary>Adds a stored person; the first of a number stands.</summary>
    public ProductPerson Add(ProductPerson stored)
    {
        if (!people.TryAdd(stored.Id, stored)) return people[stored.Id];
        taken.Add(stored.Id);
        if (stored.Phone is { } phone) phones.TryAdd(phone.Phone, stored);
        return stored;
    }

    public void AddOwner(Identity identity, ProductPerson owner) => owners.TryAdd(identity, owner);

    public void AddTaken(long id) => taken.Add(id);

    public void AddPair(Identity one, Identity other) => pairs.Add((one, other));

    public void AddDenied(string lid, string phone) => denied.Add((lid, phone));

    /// <summary>A key that finds a conversation already, its own or a former one.</summary>
    public void AddKey(string key) => keys.Add(key);

    /// <summary>The key of the conversation with the person; null when the person was left out.</summary>
    public string? Decide(OldPerson old, AdoptionReport report)
    {
        if (old.GroupId is { } group)
        {
            report.Groups++;
            return old.Conversation is { } conversation ? Converse($"group:{business}:{group}", null, group, conversation, old) : null;
        }
        _ = old.Lead is null ? report.WithoutLead++ : report.Leads++;
        if (DeniedPairOf(old) is { } pair)
        {
            report.LeftOut.Add(new AdoptionNote(business, old.Name, $"an operator has denied that …{pair.Lid[^2..]}@lid is …{pair.Phone[^2..]}; separate them in the older tables, then adopt again"));
            return null;
        }
        var found = OwnersOf(old);
        if (found.Count > 1)
        {
            report.LeftOut.Add(new AdoptionNote(business, old.Name,
                $"the product has them as {found.Count} people: {string.Join(", ", found.Select(person => person.Id).Order())}. `pipeline leads upsert` with the phone and the LID makes them one; then adopt again"));
            return null;
        }
        if (found.Count == 1) report.Joined++;
        var person = found.Count == 1 ? found[0] : Create(old, report);
        Teach(person, old);
        return old.Conversation is { } goesOn ? Converse(KeyOf(person, old), person, null, goesOn, old) : person.ConversationKey;
    }

    private List<ProductPerson> OwnersOf(OldPerson old)
    {
        var found = new List<ProductPerson>();
        foreach (var identity in old.Identities)
        {
            if (owners.TryGetValue(identity, out var owner) && !found.Contains(owner)) found.Add(owner);
            if (identity.Channel == "phone" && phones.TryGetValue(identity.ExternalId, out owner) && !found.Contains(owner)) found.Add(owner);
        }
        return found;
    }

    private ProductPerson Create(OldPerson old, AdoptionReport report)
    {
        var id = old.Lead is { } lead && !taken.Contains(lead.Id) ? lead.Id : NextFree();
        if (old.Lead is { } renumbered && renumbered.Id != id)
            report.Renumbered.Add(new AdoptionNote(business, old.Name, $"is lead {id} in the product, where {renumbered.Id} is somebody else; its channel crm says {renumbered.Id}"));
        var person = new ProductPerson(id) { Owner = old.Lead is not null ? "crm" : autoLeads ? "auto" : "contact" };
        people.Add(id, person);
        taken.Add(id);
        Changes.NewPeople.Add(person);
        return person;
    }

    private long NextFree()
    {
        while (taken.Contains(next)) next++;
        return next++;
    }

    private void Teach(ProductPerson person, OldPerson old)
    {
        var at = old.Lead?.CreatedAt ?? DateTime.UnixEpoch;
        var changed = false;
        if (old.Lead is { } lead)
        {
            changed = person.Owner != "crm";
            person.Owner = "crm";
            changed |= person.Call(lead.Name is null ? null : (lead.Name, at));
            if (lead.PushName is not null && person.PushName is null)
            {
                person.PushName = (lead.PushName, at);
                changed = true;
            }
        }
        if (old.Phone is { } phone && (!phones.TryGetValue(phone, out var holder) || holder == person) && person.Learn((phone, old.Lead is null ? Seed : Given, at)))
        {
            phones[phone] = person;
            changed = true;
        }
        if (changed && !Changes.NewPeople.Contains(person)) Changes.ChangedPeople.Add(person);

        foreach (var identity in old.Identities)
        {
            if (!owners.TryAdd(identity, person)) continue;
            Changes.Identities.Add((identity, person.Id));
        }
        foreach (var (one, other) in PairsOf(old))
        {
            if (!pairs.Add((one, other))) continue;
            short? rank = one.Channel != "phone" ? null : other.Channel == "crm" ? Given : Seed;
            Changes.Pairs.Add(new AdoptionChanges.StatedTogether(one, other, rank, rank is null ? null : at));
        }
    }

    // Phone with LID, and the CRM's lead with each: from these the directory can be made again. That a phone address belongs to its own phone goes without saying.
    private static IEnumerable<(Identity One, Identity Other)> PairsOf(OldPerson old)
    {
        Identity[] stated = [.. old.Identities.Where(identity => identity.Channel != "whatsapp" || identity.Lid is not null)];
        foreach (var one in stated)
            foreach (var other in stated)
                if (one.Channel != other.Channel && one.CompareTo(other) < 0) yield return (one, other);
    }

    private (string Lid, string Phone)? DeniedPairOf(OldPerson old)
    {
        if (denied.Count == 0) return null;
        foreach (var lid in old.Identities.Select(identity => identity.Lid).OfType<string>())
            foreach (var phone in old.Identities.Where(identity => identity.Channel == "phone"))
                if (denied.Contains((lid, phone.ExternalId))) return (lid, phone.ExternalId);
        return null;
    }

    private string KeyOf(ProductPerson person, OldPerson old)
    {
        if (person.Owner != "contact") return $"lead:{business}:{person.Id}";
        if (person.Phone is { } phone) return $"phone:{business}:{phone.Phone}";
        var first = old.Identities.Select(identity => identity.Lid).OfType<string>().Order(StringComparer.Ordinal).FirstOrDefault();
        return first is not null ? $"lid:{business}:{first}" : $"address:{business}:{old.Identities[0].ExternalId}";
    }

    private string Converse(string key, ProductPerson? person, string? group, OldConversation old, OldPerson of)
    {
        if (person is { ConversationKey: { } stored })
        {
            // A contact that has become a lead: its conversation gets the better key, and the other one goes on answering.
            if (person.Owner == "contact" || stored.StartsWith("lead:", StringComparison.Ordinal)) key = stored;
            else Changes.Rekeyed.Add((person, stored));
            person.ConversationKey = key;
        }
        else if (person is not null || !keys.Contains(key))
        {
            if (person is not null) person.ConversationKey = key;
            Changes.Conversations.Add(new AdoptionChanges.NewConversation(key, person, group, old));
        }
        keys.Add(key);
        foreach (var alias in of.Keys)
            if (!IsSomebodyElses(alias, person) && keys.Add(alias)) Changes.Aliases.Add((alias, key));
        return key;
    }

    // The key of a number that is somebody else's in the product will be, or is, that one's.
    private bool IsSomebodyElses(string key, ProductPerson? person) =>
        key.Split(':') is ["lead", _, var number] && long.TryParse(number, out var id) && id != person?.Id && taken.Contains(id);
}
