using Pipeline.Identity;
using Pipeline.ThreadLinker;

namespace Pipeline.Cli.Unmerging;

/// <summary>An address that belongs to a person, as the tables write it.</summary>
/// <param name="Channel"><c>phone</c>, <c>whatsapp</c> or <c>crm</c>.</param>
/// <param name="Id">E.164, a WhatsApp address, or the CRM's own id.</param>
internal readonly record struct Address(string Channel, string Id) : IComparable<Address>
{
    /// <summary>The address of a LID.</summary>
    public static Address Of(Lid lid) => new("whatsapp", lid.Address);

    /// <summary>The address of a phone.</summary>
    public static Address Of(PhoneNumber phone) => new("phone", phone.ToString());

    /// <summary>The address of an identity.</summary>
    public static Address Of(ContactIdentity identity) => new(identity.Channel.Text(), identity.ExternalId);

    /// <summary>As the ThreadLinker knows it; all addresses here are of one business.</summary>
    public ContactIdentity Identity => new(0, ChannelText.Of(Channel), Id);

    /// <summary>The phone that this address belongs to without anybody having to state it; null when it is not one of a phone.</summary>
    public Address? OfItself => Channel == "whatsapp" && WaId.Parse(Id) is { Kind: WaIdKind.User } address && PhoneNumber.FromAddress(address) is { } phone ? Of(phone) : null;

    /// <inheritdoc/>
    public int CompareTo(Address other)
    {
        var order = string.CompareOrdinal(Channel, other.Channel);
        return order != 0 ? order : string.CompareOrdinal(Id, other.Id);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Channel,-8} {Id}";
}
