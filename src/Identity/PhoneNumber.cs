using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Identity;

/// <summary>
/// A phone in canonical E.164 form: a plus, then 7 to 15 digits. Two spellings of one subscriber (Brazil with and without the
/// ninth digit, Mexico's old 1, Argentina's 15) give equal values. There is deliberately no way in that takes a <see cref="Lid"/>.
/// </summary>
public readonly record struct PhoneNumber
{
    private readonly string? _e164;

    private PhoneNumber(string e164) => _e164 = e164;

    /// <summary>The digits without the plus. Empty for a default value.</summary>
    public string Digits => _e164 is null ? "" : _e164[1..];

    /// <summary>The phone of an address; null unless it is a phone address whose digits are believed.</summary>
    public static PhoneNumber? FromAddress(WaId address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Kind == WaIdKind.User ? address.Phone : null;
    }

    /// <summary>
    /// A stored value: a plus, 1–9, then 6 to 14 more digits. Null for anything else. Other spellings are brought to the canonical one.
    /// </summary>
    public static PhoneNumber? FromE164([NotNullWhen(true)] string? text)
    {
        if (text is not ['+', >= '1' and <= '9', ..] || text.Length is < 8 or > 16) return null;
        var digits = text.AsSpan(1);
        return Ascii.IsDigits(digits) ? new PhoneNumber(PhoneRules.Canonical(digits)) : null;
    }

    /// <summary>
    /// A number as a person types it. Without plus or international prefix it is read as a number of <paramref name="region"/>
    /// (ISO 3166, two letters). Null when it can not be a phone.
    /// </summary>
    public static PhoneNumber? FromTyped([NotNullWhen(true)] string? text, string region)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Contains('@')) return null;
        return TypedNumbers.Parse(text, region) is { } digits ? OfDigits(digits) : null;
    }

    /// <summary>The canonical form with its plus, such as <c>+972501234567</c>. Empty for a default value.</summary>
    public override string ToString() => _e164 ?? "";

    /// <summary>Digits that a field says are a phone, or the user part of a phone address; null when they are not believed.</summary>
    internal static PhoneNumber? OfDigits(ReadOnlySpan<char> digits) =>
        PhoneRules.Judge(digits) == PhoneBelief.Believed ? new PhoneNumber(PhoneRules.Canonical(digits)) : null;
}
