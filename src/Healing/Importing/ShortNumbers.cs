using System.Text.RegularExpressions;

namespace Pipeline.Healing.Importing;

/// <summary>Phones and LIDs as they may be shown: the last two digits.</summary>
public static partial class ShortNumbers
{
    /// <summary>The text with every run of seven or more digits shortened.</summary>
    public static string In(string text) => Numbers().Replace(text, "…$1");

    [GeneratedRegex(@"\+?\d{5,}(\d\d)")]
    private static partial Regex Numbers();
}
