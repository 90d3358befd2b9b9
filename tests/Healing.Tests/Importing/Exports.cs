using System.Text;
using Pipeline.Healing.Importing;

namespace Pipeline.Healing.Tests.Importing;

/// <summary>Exports as the tests write them, and the merge list as an operator reads it.</summary>
internal static class Exports
{
    public static SplitHistory Evolution(string text) => Read(text, ExportSource.Evolution);

    public static SplitHistory Waha(string text) => Read(text, ExportSource.Waha);

    public static SplitHistory Chatwoot(string text) => Read(text, ExportSource.Chatwoot);

    public static SplitHistory ChatwootCsv(string text) => Read(text, ExportSource.Chatwoot, isCsv: true);

    /// <summary>“survivor &lt;- absorbed: reason (evidence)”, one a merge.</summary>
    public static string[] Merges(this SplitHistory history) =>
        [.. MergeList.Of(history).Rows.Select(row => $"{row.Survivor.Name} <- {row.Absorbed.Name}: {row.Reason} ({row.Evidence})")];

    /// <summary>“what: why”, one a finding of the kind.</summary>
    public static string[] Findings(this SplitHistory history, string kind) =>
        [.. MergeList.Of(history).Findings.Where(finding => finding.Kind == kind).Select(finding => $"{finding.What}: {finding.Why}")];

    private static SplitHistory Read(string text, ExportSource source, bool isCsv = false)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return HistoryImport.Read(stream, source, isCsv);
    }
}
