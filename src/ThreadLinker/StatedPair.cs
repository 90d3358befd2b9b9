namespace Pipeline.ThreadLinker;

/// <summary>Two identities that something stated to be one person. The one that comes first in order is <see cref="One"/>, so a pair has one form.</summary>
public readonly record struct StatedPair
{
    private StatedPair(ContactIdentity one, ContactIdentity other) => (One, Other) = (one, other);

    /// <summary>The side that comes first: the phone, of a phone and a LID.</summary>
    public ContactIdentity One { get; }

    /// <summary>The other side.</summary>
    public ContactIdentity Other { get; }

    /// <summary>The pair of two different identities of one business, given in either order.</summary>
    public static StatedPair Of(ContactIdentity one, ContactIdentity other) => ContactIdentity.InOrder.Compare(one, other) < 0 ? new(one, other) : new(other, one);

    /// <summary>The pair of a LID and a phone.</summary>
    public static StatedPair Of(long businessId, string lid, string phone) => Of(ContactIdentity.OfLid(businessId, lid), ContactIdentity.OfPhone(businessId, phone));
}

/// <summary>A pair with what it says about the person's phone.</summary>
/// <param name="Pair">The two identities.</param>
/// <param name="Phone">Its phone and what it rests on; null when neither side is a phone.</param>
public readonly record struct PairStatement(StatedPair Pair, PhoneEvidence? Phone);
