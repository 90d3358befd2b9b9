using Pipeline.Cli.Sending;

namespace Pipeline.Cli.Runs;

/// <summary>Tells which lines of an input were not taken.</summary>
internal static class RefusedLines
{
    private const int MostShown = 20;

    /// <summary>One line each, cut when there are many.</summary>
    public static void Show(Terminal terminal, SendCounts sent)
    {
        var refused = sent.Refused;
        foreach (var line in refused.Take(MostShown)) terminal.Say($"  line {line.Number} was not taken: {line.Reason}: {line.Detail}");
        if (refused.Count > MostShown) terminal.Say($"  … and {refused.Count - MostShown} more lines were not taken");
    }
}
