using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Pipeline.Identity;

/// <summary>
/// What a person or a group is shown as. The same rule stands in the database (functions <c>is_name</c>, <c>display_name</c> and
/// <c>format_phone</c>), and a test compares the two. A LID is never shown, in whatever dress it comes.
/// </summary>
public static partial class DisplayName
{
    // “Dana 2” and “Studio 54” are names, and so are four digits alone; five and more are a number.
    private const int DigitsOfANumber = 5;

    // Shorter LIDs do not exist outside tests, and would make a number in a name one.
    private const int DigitsOfALid = 7;

    /// <summary>
    /// Whether a text names somebody. Not when nothing of it is visible, when it has at least five digits and no letter (digits of any
    /// script, whatever stands between them), or when it holds an address: digits and a server of WhatsApp, or digits and a device.
    /// </summary>
    public static bool IsName([NotNullWhen(true)] string? candidate)
    {
        if (candidate is null || !NameText.IsVisible(candidate)) return false;
        if (!NameText.HasDigit(candidate)) return true;
        var folded = NameText.Fold(candidate);
        return !Address().IsMatch(folded) && (NameText.HasLetter(folded) || DigitsOf(folded).Length < DigitsOfANumber);
    }

    /// <summary>The first of the candidates that is a name and does not hold one of the person's own LIDs; else the phone as people write it; else <paramref name="unknown"/>.</summary>
    /// <param name="candidates">What the person may be called, the best first.</param>
    /// <param name="phone">The person's phone.</param>
    /// <param name="lids">The person's LIDs.</param>
    /// <param name="unknown">What to show for somebody of whom nothing may be shown.</param>
    public static string Of(IEnumerable<string?> candidates, PhoneNumber? phone, IReadOnlyCollection<Lid> lids, string unknown)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(lids);
        foreach (var candidate in candidates)
            if (IsName(candidate) && !HoldsLid(candidate, lids)) return Tidy(candidate);
        return phone is { } known ? FormattedPhone(known) : unknown;
    }

    /// <summary>The name as it is shown: on one line, without blanks around it, and with one where several were.</summary>
    public static string Tidy(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return NameText.Tidy(name);
    }

    /// <summary>
    /// A phone as people read it: the calling code, then the digits in groups, four at the end and threes before:
    /// <c>+972 50 123 4567</c>. Without a known calling code everything is grouped.
    /// </summary>
    public static string FormattedPhone(PhoneNumber phone)
    {
        var digits = phone.Digits;
        var code = CallingCodes.LengthIn(digits);
        var national = digits[code..];
        var groups = new Stack<string>();
        for (var size = 4; national.Length > 0; size = 3)
        {
            var cut = Math.Max(0, national.Length - size);
            groups.Push(national[cut..]);
            national = national[..cut];
        }
        if (code > 0) groups.Push(digits[..code]);
        return "+" + string.Join(' ', groups);
    }

    private static bool HoldsLid(string candidate, IReadOnlyCollection<Lid> lids)
    {
        if (lids.Count == 0 || !NameText.HasDigit(candidate)) return false;
        var digits = DigitsOf(NameText.Fold(candidate));
        return lids.Any(lid => lid.Digits.Length >= DigitsOfALid && digits.Contains(lid.Digits, StringComparison.Ordinal));
    }

    private static string DigitsOf(string folded) => new([.. folded.Where(char.IsAsciiDigit)]);

    // On folded text: ASCII digits, small letters.
    [GeneratedRegex(@"[0-9] *@ *(lid|hosted|s\.whatsapp|c\.us|g\.us|broadcast|newsletter|bot|msgr|interop)|[0-9]{5,}([_.][0-9]+)?:[0-9]")]
    private static partial Regex Address();
}
