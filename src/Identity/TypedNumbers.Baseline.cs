namespace Pipeline.Identity;

/// <summary>Numbers typed by people, read by calling codes and trunk prefixes. Small on purpose: lengths are plausible, not checked against plans.</summary>
internal static class TypedNumbers
{
    /// <summary>The digits with calling code, without plus; null when the text can not be a phone. Numbers in full are believed even where a numbering plan disagrees.</summary>
    public static string? Parse(string text, string region)
    {
        if (TypedDigits.Of(text) is not { } digits) return null;
        if (digits[0] == '+') return InFull(digits.AsSpan(1));
        if (DialingPlan.Of(region) is not { } plan) return null;
        if (digits.StartsWith(plan.International, StringComparison.Ordinal)) return InFull(digits.AsSpan(plan.International.Length));

        // A home number that begins like the calling code is read as a home number, as long as its length allows.
        if (digits.StartsWith(plan.Code, StringComparison.Ordinal) && digits.Length > plan.MaxLength)
            return InFull(digits);

        var home = plan.WithoutTrunk(digits);
        return home.Length >= plan.MinLength && home.Length <= plan.MaxLength ? plan.Code + home.ToString() : null;
    }

    // People write the trunk prefix after the calling code too: +972 (0)50 …
    private static string? InFull(ReadOnlySpan<char> digits)
    {
        if (digits.IsEmpty || digits[0] == '0') return null;
        var length = CallingCodes.LengthIn(digits);
        if (length == 0) return null;
        var code = digits[..length].ToString();
        var rest = digits[length..];
        if (DialingPlan.OfCode(code) is { Trunk: "0" } plan && rest is ['0', ..]) rest = plan.WithoutTrunk(rest);
        return rest.Length < 4 ? null : string.Concat(code, rest);
    }
}
