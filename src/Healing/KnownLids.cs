using Pipeline.Identity;

namespace Pipeline.Healing;

/// <summary>
/// Reads the addresses of one business. Older rows hold them in every form, and the digits of a LID where a phone should be; so digits
/// are a LID when this business has them as one anywhere (an address on the LID server, a mapping), and when they cannot be a phone.
/// </summary>
/// <param name="region">Whose habit numbers with a leading zero are written in (ISO 3166, two letters); empty: they cannot be read.</param>
public sealed class KnownLids(string region = "")
{
    // Shorter digits that cannot be a phone are a slip of the pen rather than a LID: nothing is cleared because of them.
    private const int ShortestFakePhone = 12;
    private const string PhoneServer = "@s.whatsapp.net";

    private readonly HashSet<string> digits = new(StringComparer.Ordinal);

    /// <summary>Learns from any text: an address on the LID server makes its digits a LID for the whole business.</summary>
    public void Learn(string? text)
    {
        if (text is not null && text.Contains("lid", StringComparison.OrdinalIgnoreCase) && WaId.Parse(text) is { Lid: { } lid }) digits.Add(lid.Digits);
    }

    /// <summary>Learns a LID from a mapping.</summary>
    public void LearnLid(string lid) => digits.Add(lid);

    /// <summary>Whether these digits are a LID of the business.</summary>
    public bool Contains(string lid) => digits.Contains(lid);

    /// <summary>Reads an address in any form: with a server, with or without device; a plus and digits; bare digits.</summary>
    public Address Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Address.Unreadable;
        if (text.Contains('@')) return Of(WaId.Parse(text));
        // The digits of an address whose server was cut off; WhatsApp's digits never begin with a zero, people's do.
        if (WaId.Parse(text.Trim() + PhoneServer) is { } bare && bare.User[0] != '0') return Of(bare);
        return PhoneNumber.FromTyped(text, region) is { } typed ? Of(typed, typed.Digits) : Address.Unreadable;
    }

    /// <summary>
    /// Whether a lead's phone is in truth a LID: the business knows its digits as one, or they are too many for a phone.
    /// </summary>
    public bool IsFakePhone(string? text) =>
        Read(text) is { Kind: AddressKind.Lid } lid && (digits.Contains(lid.Id) || lid.Id.Length >= ShortestFakePhone);

    private Address Of(WaId? address) => address switch
    {
        null => Address.Unreadable,
        { Kind: WaIdKind.Lid, Lid: { } lid } => new(AddressKind.Lid, lid.Digits),
        { Kind: WaIdKind.Group } => new(AddressKind.Group, address.User),
        { Kind: WaIdKind.User } => OfUser(address),
        { Kind: WaIdKind.Unknown } => Address.Unreadable,
        _ => new(AddressKind.NoPerson, ""),
    };

    private Address OfUser(WaId address)
    {
        if (digits.Contains(address.User)) return new(AddressKind.Lid, address.User);
        if (PhoneNumber.FromAddress(address) is { } phone) return Of(phone, address.User);
        return Lid.TryParse(address.User, out var lid) ? new(AddressKind.Lid, lid.Digits) : Address.Unreadable;
    }

    // The canonical form can have other digits than the address: those are no LID either, or it is no phone.
    private Address Of(PhoneNumber phone, string written) =>
        digits.Contains(phone.Digits) ? new(AddressKind.Lid, written) : new(AddressKind.Phone, phone.ToString());
}
