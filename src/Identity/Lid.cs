using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Identity;

/// <summary>
/// A linked identity: WhatsApp's opaque number for an account. It is kept as text, because 20 digits occur and overflow
/// every integer, and because nothing may be computed from it. It can not become a <see cref="PhoneNumber"/>.
/// </summary>
public readonly record struct Lid
{
    /// <summary>More digits than this are refused; the longest seen in the wild have 15, the longest tolerated 20.</summary>
    public const int MaxDigits = 32;

    private readonly string? _digits;

    private Lid(string digits) => _digits = digits;

    /// <summary>The digits, without server. Empty for a default value.</summary>
    public string Digits => _digits ?? "";

    /// <summary>The address of the account, <c>digits@lid</c>.</summary>
    public string Address => Digits + "@lid";

    /// <summary>
    /// Reads a LID from an address on <c>lid</c> or <c>hosted.lid</c> (device and agent are dropped), or from bare digits that the
    /// caller knows to be a LID because of where they stand. An address on any other server is refused.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Lid lid)
    {
        lid = default;
        if (string.IsNullOrWhiteSpace(text)) return false;
        if (text.Contains('@'))
        {
            if (WaId.Parse(text) is not { Kind: WaIdKind.Lid, Lid: { } parsed }) return false;
            lid = parsed;
            return true;
        }
        var digits = WaId.StripDevice(text.AsSpan().Trim());
        if (!IsWellFormed(digits)) return false;
        lid = new Lid(digits.ToString());
        return true;
    }

    /// <summary>The digits.</summary>
    public override string ToString() => Digits;

    internal static bool IsWellFormed(ReadOnlySpan<char> digits) =>
        digits.Length is > 0 and <= MaxDigits && Ascii.IsDigits(digits);

    /// <summary>For a user part that has already been found on a LID server and checked.</summary>
    internal static Lid OfCheckedDigits(string digits) => new(digits);
}
