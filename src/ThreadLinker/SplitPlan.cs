namespace Pipeline.ThreadLinker;

/// <summary>What is stored of a person who may be several.</summary>
/// <param name="Person">The person, with the conversation.</param>
/// <param name="Identities">Its addresses, each with the number of the person who claimed it first.</param>
/// <param name="Pairs">What was stated about them.</param>
/// <param name="Absorbed">People who have become part of this one.</param>
public sealed record StoredPerson(
    Person Person, IReadOnlyDictionary<ContactIdentity, long> Identities, IReadOnlyList<PairStatement> Pairs, IReadOnlyDictionary<long, Person> Absorbed);

/// <summary>One of the people that a split makes of one.</summary>
/// <param name="Identities">The addresses.</param>
/// <param name="Phone">The best phone among them.</param>
/// <param name="Returning">The person that had them before a merge, and is itself again; null when there was none, or for the part that stays.</param>
/// <param name="Follows">Others who were absorbed, and go with it.</param>
public sealed record SplitPart(IReadOnlyList<ContactIdentity> Identities, PhoneEvidence? Phone, Person? Returning, IReadOnlyList<Person> Follows);

/// <summary>How one person becomes several: which part stays who it is, and who the others are. Pure.</summary>
/// <param name="Stays">The part that keeps number, name and conversation.</param>
/// <param name="Goes">The others.</param>
public sealed record SplitPlan(SplitPart Stays, IReadOnlyList<SplitPart> Goes)
{
    /// <summary>The plan; null when the addresses still hold together.</summary>
    public static SplitPlan? Of(StoredPerson stored, IReadOnlySet<StatedPair> denied)
    {
        var parts = PersonParts.Of(stored.Identities.Keys, stored.Pairs.Select(pair => pair.Pair), denied);
        if (parts.Count < 2) return null;
        var stays = parts.OrderByDescending(part => Claim(stored, part)).First();
        return new SplitPlan(
            new SplitPart(stays, PhoneOf(stored, stays, denied), null, []),
            [.. parts.Where(part => part != stays).Select(part => Part(stored, part, parts, denied))]);
    }

    // A CRM's lead stays with what the CRM knows; a conversation named after an address stays with that address; else the phone decides,
    // and without one the address that was there first.
    private static int Claim(StoredPerson stored, IReadOnlyList<ContactIdentity> part)
    {
        if (part.Any(identity => identity.Channel == Channel.Crm)) return 4;
        if (stored.Person.Conversation is { LeadId: 0, Key: var key } && part.Any(identity => KeysOf(identity).Contains(key))) return 3;
        if (stored.Person.Phone is { } phone && part.Any(identity => identity.Channel == Channel.Phone && identity.ExternalId == phone.Phone)) return 2;
        return part.Any(identity => stored.Identities[identity] == stored.Person.Id) ? 1 : 0;
    }

    /// <summary>The keys that an address can have given to a conversation.</summary>
    public static IEnumerable<string> KeysOf(ContactIdentity identity)
    {
        if (identity.Channel == Channel.Phone) yield return $"phone:{identity.BusinessId}:{identity.ExternalId}";
        if (identity.Lid is { } lid) yield return $"lid:{identity.BusinessId}:{lid}";
        if (identity.Channel == Channel.WhatsApp) yield return $"address:{identity.BusinessId}:{identity.ExternalId}";
    }

    private static SplitPart Part(
        StoredPerson stored, IReadOnlyList<ContactIdentity> part, IReadOnlyList<IReadOnlyList<ContactIdentity>> parts, IReadOnlySet<StatedPair> denied)
    {
        // Somebody whose first addresses lie in two parts belongs to none of them.
        var elsewhere = parts.Where(other => other != part).SelectMany(other => other).Select(identity => stored.Identities[identity]).ToHashSet();
        Person[] returning =
        [
            .. part.Select(identity => stored.Identities[identity]).Distinct().Where(id => !elsewhere.Contains(id))
                .Select(id => stored.Absorbed.GetValueOrDefault(id)).OfType<Person>().OrderBy(person => person.Id),
        ];
        var first = returning.Aggregate((Person?)null, (best, person) => best is null || person.Outlives(best) ? person : best);
        return new SplitPart(part, PhoneOf(stored, part, denied), first, [.. returning.Where(person => person != first)]);
    }

    // The best of what was said about the part's phones; a phone that nobody but its own address speaks for counts as stated once, long ago.
    private static PhoneEvidence? PhoneOf(StoredPerson stored, IReadOnlyList<ContactIdentity> part, IReadOnlySet<StatedPair> denied)
    {
        var phones = part.Where(identity => identity.Channel == Channel.Phone).Select(identity => identity.ExternalId).ToHashSet();
        return part.Select(PersonParts.PhoneOf).OfType<ContactIdentity>().Select(phone => new PhoneEvidence(phone.ExternalId, PhoneRank.Stated, DateTime.MinValue))
            .Concat(stored.Pairs.Where(pair => !denied.Contains(pair.Pair)).Select(pair => pair.Phone).OfType<PhoneEvidence>())
            .Concat(stored.Absorbed.Values.Append(stored.Person).Select(person => person.Phone).OfType<PhoneEvidence>())
            .Where(evidence => phones.Contains(evidence.Phone))
            .Aggregate((PhoneEvidence?)null, (best, evidence) => best is { } known && !evidence.Beats(known) ? known : evidence);
    }
}
