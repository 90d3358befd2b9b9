namespace Pipeline.ThreadLinker;

/// <summary>An address by which one business knows somebody. It belongs to at most one person.</summary>
/// <param name="BusinessId">The business. Two businesses never share an identity.</param>
/// <param name="Channel">Phone, WhatsApp address, or a CRM's own id.</param>
/// <param name="ExternalId">The address.</param>
public readonly record struct ContactIdentity(long BusinessId, Channel Channel, string ExternalId)
{
    private const string LidServer = "@lid";
    private const string PhoneServer = "@s.whatsapp.net";

    /// <summary>By business, channel and text: the order in which a pair is stored.</summary>
    public static IComparer<ContactIdentity> InOrder { get; } = Comparer<ContactIdentity>.Create((one, other) =>
        one.BusinessId != other.BusinessId ? one.BusinessId.CompareTo(other.BusinessId)
        : one.Channel != other.Channel ? one.Channel.CompareTo(other.Channel)
        : string.CompareOrdinal(one.ExternalId, other.ExternalId));

    /// <summary>The digits, when this is the address of a LID; else null.</summary>
    public string? Lid =>
        Channel == Channel.WhatsApp && ExternalId.EndsWith(LidServer, StringComparison.Ordinal) ? ExternalId[..^LidServer.Length] : null;

    /// <summary>The identity of a phone in canonical E.164.</summary>
    public static ContactIdentity OfPhone(long businessId, string phone) => new(businessId, Channel.Phone, phone);

    /// <summary>The identity of a LID's digits.</summary>
    public static ContactIdentity OfLid(long businessId, string lid) => new(businessId, Channel.WhatsApp, lid + LidServer);

    /// <summary>The identity of an address as WhatsApp registered it.</summary>
    public static ContactIdentity OfAddress(long businessId, string address) => new(businessId, Channel.WhatsApp, address);

    /// <summary>The identity of a CRM's lead.</summary>
    public static ContactIdentity OfCrm(long businessId, string externalId) => new(businessId, Channel.Crm, externalId);

    /// <summary>True for a phone and its own address, digit for digit: nobody has to state that these two are one person.</summary>
    public bool IsPlainAddressOf(ContactIdentity phone) =>
        Channel == Channel.WhatsApp && phone.Channel == Channel.Phone && ExternalId.Length == phone.ExternalId.Length - 1 + PhoneServer.Length
        && ExternalId.EndsWith(PhoneServer, StringComparison.Ordinal) && ExternalId.AsSpan(0, phone.ExternalId.Length - 1).SequenceEqual(phone.ExternalId.AsSpan(1));
}
