using Pipeline.Cli.Results;
using Pipeline.Streaming;

namespace Pipeline.Cli.Runs;

/// <summary>What a run came to, in sentences: the books, how phones were found, what was set aside.</summary>
internal sealed class SummaryText(Terminal terminal)
{
    /// <summary>Prints it.</summary>
    public void Show(RunSummary summary, IReadOnlyList<DeadLetter> deadLetters)
    {
        var ignored = summary.Ignored.Values.Sum();
        terminal.Say($"{summary.Accepted} accepted {(summary.Balances ? "=" : "≠")} {summary.Stored} stored + {summary.Duplicates} duplicates + {ignored} that are no messages + {summary.DeadLetters} dead letters");
        if (!summary.Balances) terminal.Say("  The books do not balance: something was lost or counted twice.");
        if (ignored > 0) terminal.Say($"No messages of a conversation: {Listed(summary.Ignored)}");
        terminal.Say($"The other side's phone: {Listed(summary.Resolved)}, not known yet {summary.Unresolved}; {summary.Merges} pairs of leads turned out to be one person.");
        foreach (var group in deadLetters.GroupBy(letter => (letter.Topic, letter.Service, letter.Reason)).OrderBy(group => group.Key))
            terminal.Say($"Set aside by the {group.Key.Service}: {group.Count()} of {group.Key.Topic}, {group.Key.Reason}");
        if (summary.LidAsPhone > 0) terminal.Say($"DEFECT: {summary.LidAsPhone} LIDs were taken for phones.");
    }

    private static string Listed(IReadOnlyDictionary<string, long> counts) =>
        string.Join(", ", counts.Where(count => count.Value > 0).Select(count => $"{count.Key} {count.Value}"));
}
