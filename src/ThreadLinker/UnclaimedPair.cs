namespace Pipeline.ThreadLinker;

/// <summary>A LID and a phone of one person who has no lead yet, because nobody has written to or from either.</summary>
/// <param name="BusinessId">The business.</param>
/// <param name="Lid">The digits of the LID.</param>
/// <param name="Phone">The phone and what says so.</param>
public readonly record struct UnclaimedPair(long BusinessId, string Lid, PhoneEvidence Phone)
{
    /// <summary>The LID's side.</summary>
    public ContactIdentity OfLid => ContactIdentity.OfLid(BusinessId, Lid);

    /// <summary>The phone's side.</summary>
    public ContactIdentity OfPhone => ContactIdentity.OfPhone(BusinessId, Phone.Phone);
}
