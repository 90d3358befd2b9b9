using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd;

/// <summary>Input lines as text: payloads are sent byte for byte, because some hold what a JSON writer would not write.</summary>
internal static partial class Lines
{
    /// <summary>The same line for another business.</summary>
    /// <param name="line">An input line.</param>
    /// <param name="change">From the old business to the new one.</param>
    public static string ForBusiness(string line, Func<long, long> change) =>
        Business().Replace(line, found => found.Groups[1].Value + change(long.Parse(found.Groups[2].Value)), 1);

    [GeneratedRegex("""("business"\s*:\s*)(\d+)""")]
    private static partial Regex Business();
}
