namespace Pipeline.Identity;

/// <summary>
/// The business's own phones and LIDs, as far as they are known. Either set may be empty. Past addresses stay in the sets, because replies to old
/// messages still quote them. Small and searched linearly: a business has one or two of each.
/// </summary>
public sealed record OwnAddresses
{
    private readonly PhoneNumber[] _phones;
    private readonly Lid[] _lids;

    private OwnAddresses(PhoneNumber[] phones, Lid[] lids, string? address)
    {
        _phones = phones;
        _lids = lids;
        Address = address;
        Business = new PartyEvidence(Phone, Lid, phones.Length + lids.Length > 0 ? EvidenceSource.Table : EvidenceSource.None, "own", address, true);
    }

    /// <summary>Nothing known.</summary>
    public static OwnAddresses None { get; } = new([], [], null);

    /// <summary>All own phones, the current one last.</summary>
    public IReadOnlyList<PhoneNumber> Phones => _phones;

    /// <summary>All own LIDs, the current one last.</summary>
    public IReadOnlyList<Lid> Lids => _lids;

    /// <summary>The current own phone.</summary>
    public PhoneNumber? Phone => _phones.Length == 0 ? null : _phones[^1];

    /// <summary>The current own LID.</summary>
    public Lid? Lid => _lids.Length == 0 ? null : _lids[^1];

    /// <summary>The current own address as WhatsApp registered it, by phone when known.</summary>
    public string? Address { get; }

    /// <summary>Neither a phone nor a LID is known.</summary>
    public bool IsEmpty => _phones.Length == 0 && _lids.Length == 0;

    /// <summary>The business as a party of a message.</summary>
    internal PartyEvidence Business { get; }

    /// <summary>
    /// From what a session says about itself. Either may be absent or carry a device, and each is classified by its server, so swapped arguments are
    /// harmless. Bare digits are read as what the argument is named after.
    /// </summary>
    public static OwnAddresses From(string? meId, string? meLid) => None.With(meId, meLid);

    /// <summary>Learns more addresses; what is known stays, what is given becomes current. Absent and unreadable values change nothing.</summary>
    public OwnAddresses With(string? meId, string? meLid)
    {
        var own = this;
        var id = FieldValue.Address(meId, FieldValue.Names.Phone);
        if (id is not null) own = own.With(id);
        var lid = FieldValue.Address(meLid, FieldValue.Names.Lid);
        if (lid is not null) own = own.With(lid);
        return own;
    }

    /// <summary>Learns one own address. Addresses that name no account change nothing.</summary>
    public OwnAddresses With(WaId address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var phones = address.Phone is { } phone ? MovedLast(_phones, phone) : _phones;
        var lids = address.Lid is { } lid ? MovedLast(_lids, lid) : _lids;
        if (ReferenceEquals(phones, _phones) && ReferenceEquals(lids, _lids)) return this;
        var registered = address.Kind == WaIdKind.User || _phones.Length == 0 ? address.Address : Address;
        return new OwnAddresses(phones, lids, registered);
    }

    /// <summary>Learns an own phone and LID that are already typed.</summary>
    public OwnAddresses With(PhoneNumber? phone, Lid? lid)
    {
        var phones = phone is { } p ? MovedLast(_phones, p) : _phones;
        var lids = lid is { } l ? MovedLast(_lids, l) : _lids;
        if (ReferenceEquals(phones, _phones) && ReferenceEquals(lids, _lids)) return this;
        var address = phone is { } known && known != Phone ? known.Digits + "@s.whatsapp.net" : Address ?? lid?.Address;
        return new OwnAddresses(phones, lids, address);
    }

    /// <summary>The address is one of the business's own; device and server spelling do not matter.</summary>
    public bool Contains(WaId address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Kind switch
        {
            WaIdKind.User => address.Phone is { } phone && Contains(phone),
            WaIdKind.Lid => address.Lid is { } lid && Contains(lid),
            _ => false,
        };
    }

    /// <summary>One of the own phones.</summary>
    public bool Contains(PhoneNumber phone) => Array.IndexOf(_phones, phone) >= 0;

    /// <summary>One of the own LIDs.</summary>
    public bool Contains(Lid lid) => Array.IndexOf(_lids, lid) >= 0;

    /// <summary>The same phones and LIDs in the same order.</summary>
    public bool Equals(OwnAddresses? other) =>
        other is not null && Address == other.Address && _phones.AsSpan().SequenceEqual(other._phones) && _lids.AsSpan().SequenceEqual(other._lids);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Phone, Lid, _phones.Length, _lids.Length);

    private static T[] MovedLast<T>(T[] known, T item) where T : struct, IEquatable<T>
    {
        if (known.Length > 0 && known[^1].Equals(item)) return known;
        return [.. known.Where(k => !k.Equals(item)), item];
    }
}
