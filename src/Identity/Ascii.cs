namespace Pipeline.Identity;

/// <summary>Digit checks that refuse the digits of other scripts: an address with Arabic-Indic digits is not an address.</summary>
internal static class Ascii
{
    public static bool IsDigits(ReadOnlySpan<char> text) =>
        !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');
}
