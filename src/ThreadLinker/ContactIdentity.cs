namespace Pipeline.ThreadLinker;

/// <summary>An address by which one business knows somebody. It belongs to at most one lead.</summary>
/// <param name="BusinessId">The business. Two businesses never share an identity.</param>
/// <param name="Channel">Phone or WhatsApp address.</param>
/// <param name="ExternalId">The address.</param>
public readonly record struct ContactIdentity(long BusinessId, Channel Channel, string ExternalId)
{
    /// <summary>The identity of a phone in canonical E.164.</summary>
    public static ContactIdentity OfPhone(long businessId, string phone) => new(businessId, Channel.Phone, phone);

    /// <summary>The identity of a LID's digits.</summary>
    public static ContactIdentity OfLid(long businessId, string lid) => new(businessId, Channel.WhatsApp, lid + "@lid");

    /// <summary>The identity of an address as WhatsApp registered it.</summary>
    public static ContactIdentity OfAddress(long businessId, string address) => new(businessId, Channel.WhatsApp, address);
}
