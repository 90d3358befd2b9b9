namespace Pipeline.ThreadLinker;

/// <summary>What one event says about one person: addresses that belong together, and what is known beside them.</summary>
/// <param name="BusinessId">The business.</param>
/// <param name="Phone">The phone, and what it rests on; null when there is none.</param>
/// <param name="Lid">The LID; null when there is none.</param>
/// <param name="Address">The address by which the event names the person; null when there is none beside the two.</param>
/// <param name="PushName">The name the person chose; null when the event gives none.</param>
public sealed record PersonEvidence(long BusinessId, PhoneEvidence? Phone, ContactIdentity? Lid, ContactIdentity? Address, DatedName? PushName)
{
    /// <summary>The phone as an identity.</summary>
    public ContactIdentity? OfPhone => Phone is { } phone ? ContactIdentity.OfPhone(BusinessId, phone.Phone) : null;

    /// <summary>Why the addresses belong together, for the record of a merge.</summary>
    public string Kind => Phone is not null && Lid is not null ? "lid_and_phone" : "address";

    /// <summary>The LID and the phone, where the event states both.</summary>
    public StatedPair? LidAndPhone => OfPhone is { } phone && Lid is { } lid ? StatedPair.Of(lid, phone) : null;

    /// <summary>The addresses, each once, at least one: phone, LID, address.</summary>
    public IReadOnlyList<ContactIdentity> Identities
    {
        get
        {
            var all = new List<ContactIdentity>(3);
            if (OfPhone is { } phone) all.Add(phone);
            if (Lid is { } lid) all.Add(lid);
            if (Address is { } address && !all.Contains(address)) all.Add(address);
            return all;
        }
    }

    /// <summary>What this event states to be one person, in pairs. That a phone's own address is its address needs no stating.</summary>
    public IEnumerable<PairStatement> Pairs
    {
        get
        {
            var all = Identities;
            for (var at = 1; at < all.Count; at++)
                if (!all[at].IsPlainAddressOf(all[0])) yield return new PairStatement(StatedPair.Of(all[0], all[at]), all[0].Channel == Channel.Phone ? Phone : null);
        }
    }

    /// <summary>The side that goes when LID and phone are denied to be one person: the one that is not the address itself.</summary>
    public DeniedSide WeakerSide => Address is { } address && address == Lid ? DeniedSide.Phone : DeniedSide.Lid;

    /// <summary>The evidence without that side.</summary>
    public PersonEvidence Without(DeniedSide side) => side == DeniedSide.Phone ? this with { Phone = null } : this with { Lid = null };
}
