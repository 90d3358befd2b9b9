namespace Pipeline.Healing.Adopting;

/// <summary>A person of the product's directory, as stored or as decided.</summary>
internal sealed class ProductPerson(long id)
{
    public long Id => id;

    public required string Owner { get; set; }

    public (string Phone, short Rank, DateTime At)? Phone { get; set; }

    public (string Name, DateTime At)? Name { get; set; }

    public (string Name, DateTime At)? PushName { get; set; }

    public long? ConversationId { get; set; }

    public string? ConversationKey { get; set; }

    /// <summary>What a CRM gives outranks what WhatsApp says; of two that weigh the same the newer stands.</summary>
    public bool Learn((string Phone, short Rank, DateTime At) given)
    {
        if (Phone is { } known && (known.Rank, known.At).CompareTo((given.Rank, given.At)) is var order && (order > 0 || (order == 0 && string.CompareOrdinal(known.Phone, given.Phone) >= 0))) return false;
        Phone = given;
        return true;
    }

    /// <summary>The newer name stands.</summary>
    public bool Call((string Name, DateTime At)? given)
    {
        if (given is not { } name || Name?.At >= name.At) return false;
        Name = name;
        return true;
    }
}
