namespace Pipeline.ThreadLinker;

/// <summary>A row of <c>whatsapp_conversation</c>.</summary>
public sealed class LinkedConversation
{
    private LinkedConversation(long businessId, string key, long personId, string? groupId) =>
        (BusinessId, Key, PersonId, GroupId) = (businessId, key, personId, groupId);

    /// <summary>The business.</summary>
    public long BusinessId { get; }

    /// <summary>The canonical key, unique in the business. Becomes a better one when a phone or a lead appears, see <see cref="Rekey"/>.</summary>
    public string Key { get; private set; }

    /// <summary>With whom; 0 for a group.</summary>
    public long PersonId { get; }

    /// <summary>The lead; 0 for a group, and for a person who is none.</summary>
    public long LeadId => Key.StartsWith(LeadKey, StringComparison.Ordinal) ? PersonId : 0;

    /// <summary>The group's id; null for a direct chat.</summary>
    public string? GroupId { get; }

    /// <summary>The row's id; 0 until it has been stored.</summary>
    public long Id { get; set; }

    private const string LeadKey = "lead:";
    private const string PhoneKey = "phone:";
    private const string LidKey = "lid:";

    /// <summary>The conversation with a person, not stored yet.</summary>
    /// <param name="person">The person.</param>
    /// <param name="identities">Some of the person's addresses: where neither lead nor phone is known, one of them names the conversation.</param>
    public static LinkedConversation With(Person person, IEnumerable<ContactIdentity> identities) =>
        new(person.BusinessId, KeyOf(person, identities), person.Id, null);

    /// <summary>The conversation of a group.</summary>
    public static LinkedConversation OfGroup(long businessId, string groupId, long id = 0) =>
        new(businessId, KeyOfGroup(businessId, groupId), 0, groupId) { Id = id };

    /// <summary>A conversation with a person, as it is stored.</summary>
    public static LinkedConversation Stored(long businessId, string key, long personId, long id) => new(businessId, key, personId, null) { Id = id };

    /// <summary>The canonical key of a group's conversation.</summary>
    public static string KeyOfGroup(long businessId, string groupId) => $"group:{businessId}:{groupId}";

    /// <summary>The best key there is for the conversation with a person.</summary>
    /// <remarks>A person of whom there is neither lead, phone nor LID has an address that is not believed to be a phone; it stands in full, and as what it is.</remarks>
    public static string KeyOf(Person person, IEnumerable<ContactIdentity> identities)
    {
        var business = person.BusinessId;
        if (person.Owner != Ownership.Contact) return $"{LeadKey}{business}:{person.Id}";
        if (person.Phone is { } phone) return $"{PhoneKey}{business}:{phone.Phone}";
        ContactIdentity[] known = [.. identities.Order(ContactIdentity.InOrder)];
        return known.Select(identity => identity.Lid).FirstOrDefault(lid => lid is not null) is { } digits
            ? $"{LidKey}{business}:{digits}"
            : $"address:{business}:{known[0].ExternalId}";
    }

    /// <summary>
    /// Takes the better key, if there is one: a lead's before a phone's before a LID's. A phone that changes later leaves the key alone; the
    /// conversation is found by the new phone all the same, because it is an address of the person.
    /// </summary>
    /// <returns>The key it had; null when it stays.</returns>
    public string? Rekey(Person person, IEnumerable<ContactIdentity> identities)
    {
        var better = KeyOf(person, identities);
        if (Rank(better) <= Rank(Key)) return null;
        var old = Key;
        Key = better;
        return old;
    }

    private static int Rank(string key) =>
        key.StartsWith(LeadKey, StringComparison.Ordinal) ? 3 : key.StartsWith(PhoneKey, StringComparison.Ordinal) ? 2 : key.StartsWith(LidKey, StringComparison.Ordinal) ? 1 : 0;
}
