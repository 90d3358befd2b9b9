namespace Pipeline.Identity;

/// <summary>
/// Which digits are believed to be a phone, and the one form each subscriber is written in. Numbering plans are not asked:
/// they call genuine WhatsApp ids of Brazil and Mexico invalid and some LIDs valid.
/// </summary>
internal static class PhoneRules
{
    public static PhoneBelief Judge(ReadOnlySpan<char> digits)
    {
        if (digits.Length is < 7 or > 15 || digits[0] == '0' || !Ascii.IsDigits(digits)) return PhoneBelief.Refused;
        if (digits.Length == 15) return PhoneBelief.Doubted;
        var code = CallingCodes.LengthIn(digits);
        if (code == 0) return PhoneBelief.Refused;
        return digits.Length < 14 || CallingCodes.AllowsFourteenDigits(digits, code) ? PhoneBelief.Believed : PhoneBelief.Refused;
    }

    /// <summary>The E.164 form with its plus. The digits must have been judged before.</summary>
    public static string Canonical(ReadOnlySpan<char> digits)
    {
        // Brazil: accounts from before the ninth digit keep 55 + area + 8 digits. First digit 6-9 is a mobile, 2-5 a landline.
        if (digits.Length == 12 && digits.StartsWith("55") && digits[4] is >= '6' and <= '9')
            return string.Concat("+", digits[..4], "9", digits[4..]);

        // Mexico: the 1 that marked mobiles was abolished in 2019, WhatsApp ids keep it.
        if (digits.Length == 13 && digits.StartsWith("521"))
            return string.Concat("+52", digits[3..]);

        if (digits.StartsWith("54") && ArgentineMobile(digits[2..]) is { } mobile) return mobile;

        return string.Concat("+", digits);
    }

    // Argentina: abroad a mobile is 54 9 area subscriber; at home it is area 15 subscriber, area and subscriber being ten digits together.
    private static string? ArgentineMobile(ReadOnlySpan<char> national)
    {
        if (national.Length != 12 || national[0] == '9') return null;
        for (var area = 2; area <= 4; area++)
        {
            if (national.Slice(area, 2) is "15" && (area != 2 || national.StartsWith("11")))
                return string.Concat("+549", national[..area], national[(area + 2)..]);
        }
        return null;
    }
}
