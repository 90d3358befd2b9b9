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
            var number = numbers.Parse(text, string.IsNullOrEmpty(region) ? null : region.ToUpperInvariant());
            if (numbers.IsPossibleNumber(number)) return numbers.Format(number, PhoneNumberFormat.E164)[1..];
        }
        catch (NumberParseException)
        {
            return null;
        }
        return TypedDigits.InFull(text);
    }
}
