using System.Text.RegularExpressions;

namespace Pipeline.Cli.Healing;

/// <summary>Phones and LIDs as a plan shows them: the last two digits, unless all are asked for.</summary>
internal sealed partial class ShownNumbers(bool inFull)
{
    /// <summary>The text with its numbers as they may be shown.</summary>
    public string Show(string? text) => text is null ? "none" : Terminal.Harmless(inFull ? text : Digits().Replace(text, digits => "…" + digits.Value[^2..]));

    // Separators between digits belong to the number: +972 50-123-4567.
    [GeneratedRegex(@"\d[\d\s().-]{3,}\d")]
    private static partial Regex Digits();
}
