using System.Globalization;

namespace Pipeline.Identity;

/// <summary>The digits of a typed number, without what people put between them.</summary>
internal static class TypedDigits
{
    /// <summary>The digits after a leading plus; null when the text is not written in full.</summary>
    public static string? InFull(string text) => Of(text) is ['+', .. var digits] ? digits : null;

    /// <summary>
    /// Digits of any script as ASCII, with a plus in front if there was one. An extension is cut off. Null when something else is in it, such as letters.
    /// </summary>
    public static string? Of(string text)
    {
        Span<char> digits = stackalloc char[32];
        var length = 0;
        var rest = text.AsSpan().Trim();
        if (rest.StartsWith("tel:", StringComparison.OrdinalIgnoreCase)) rest = rest[4..];
        if (CutExtension(rest) is { } end) rest = rest[..end];
        foreach (var c in rest)
        {
            if (length == digits.Length) return null;
            var value = CharUnicodeInfo.GetDecimalDigitValue(c);
            if (value >= 0) digits[length++] = (char)('0' + value);
            else if (c is '+' or '\uFF0B' && length == 0) digits[length++] = '+';
            else if (!IsSeparator(c)) return null;
        }
        return length == 0 ? null : digits[..length].ToString();
    }

    private static int? CutExtension(ReadOnlySpan<char> text)
    {
        var mark = text.IndexOfAny(";#xX");
        var word = text.IndexOf("ext", StringComparison.OrdinalIgnoreCase);
        if (word >= 0 && (mark < 0 || word < mark)) mark = word;
        return mark > 6 ? mark : null;
    }

    private static bool IsSeparator(char c) =>
        char.IsWhiteSpace(c) || c is '-' or '.' or '(' or ')' or '/' or '[' or ']' or '~' || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.DashPunctuation or UnicodeCategory.Format;
}
