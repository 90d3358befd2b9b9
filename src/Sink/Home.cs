namespace Pipeline.Sink;

/// <summary>The conversation that is live now.</summary>
/// <param name="Id">Its number.</param>
/// <param name="IsSplit">True when it was taken apart once: then not the event decides where a message belongs, but the directory, by the message's address.</param>
public readonly record struct Home(long Id, bool IsSplit);

/// <summary>By what the directory finds the person behind a message.</summary>
/// <param name="BusinessId">The business.</param>
/// <param name="Channel"><c>whatsapp</c> or <c>phone</c>.</param>
/// <param name="ExternalId">The address or the phone.</param>
public readonly record struct PeerKey(long BusinessId, string Channel, string ExternalId)
{
    /// <summary>The address itself, else the LID, else the phone; null when there is none of them.</summary>
    public static PeerKey? Of(long businessId, string? address, string? lid, string? phone) =>
        address is not null ? new(businessId, "whatsapp", address)
        : lid is not null ? new(businessId, "whatsapp", lid + "@lid")
        : phone is not null ? new(businessId, "phone", phone)
        : null;
}
