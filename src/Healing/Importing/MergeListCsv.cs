using System.Globalization;

namespace Pipeline.Healing.Importing;

/// <summary>Writes what was found as CSV (RFC 4180, line feed, header line).</summary>
public static class MergeListCsv
{
    /// <summary>The columns of the merge list.</summary>
    public const string Header = "business,survivor,absorbed,reason,evidence,survivor_last_message_at,absorbed_last_message_at,messages";

    /// <summary>The columns of the findings.</summary>
    public const string FindingsHeader = "business,kind,what,where,why";

    /// <summary>Writes the merge list; <c>messages</c> is how many move.</summary>
    public static void Write(TextWriter output, long business, MergeList list)
    {
        Line(output, Header);
        foreach (var row in list.Rows)
            Line(output, Row(business, row.Survivor.Name, row.Absorbed.Name, row.Reason, row.Evidence, Moment(row.Survivor.LastMessageAt), Moment(row.Absorbed.LastMessageAt), row.Absorbed.Messages.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Writes the findings and the lines that could not be read.</summary>
    public static void WriteFindings(TextWriter output, long business, MergeList list, SplitHistory history)
    {
        Line(output, FindingsHeader);
        foreach (var finding in list.Findings) Line(output, Row(business, finding.Kind, finding.What, finding.Where, finding.Why));
        foreach (var unread in history.Unread) Line(output, Row(business, "unread", "", $"line {unread.Line}", unread.Why));
    }

    private static void Line(TextWriter output, string line)
    {
        output.Write(line);
        output.Write('\n');
    }

    private static string Row(long business, params ReadOnlySpan<string> values)
    {
        var row = business.ToString(CultureInfo.InvariantCulture);
        foreach (var value in values) row += "," + Quoted(value);
        return row;
    }

    private static string Quoted(string value) => value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Moment(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
