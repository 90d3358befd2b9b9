using PhoneNumbers;

namespace Pipeline.Identity;

/// <summary>Numbers typed by people, read by libphonenumber.</summary>
internal static class TypedNumbers
{
    /// <summary>The digits with calling code, without plus; null when the text can not be a phone. Numbers in full are believed even where a numbering plan disagrees.</summary>
    public static string? Parse(string text, string region)
    {
        var numbers = PhoneNumberUtil.GetInstance();
        try
        {
            // ZZ is the library's word for “no region”: only numbers in full are read then.
            var number = numbers.Parse(text, string.IsNullOrEmpty(region) ? "ZZ" : region.ToUpperInvariant());
            var e164 = numbers.Format(number, PhoneNumberFormat.E164);
            var digits = e164[1..];
            if (numbers.IsPossibleNumber(number)) return digits;

            // WhatsApp's own spellings, such as Mexico's old 1, are no possible numbers to the library.
            if (PhoneRules.Judge(digits) == PhoneBelief.Believed && PhoneRules.Canonical(digits) != e164) return digits;
        }
        catch (NumberParseException)
        {
            return null;
        }
        return TypedDigits.InFull(text);
    }
}
