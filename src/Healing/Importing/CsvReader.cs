using System.Text;

namespace Pipeline.Healing.Importing;

/// <summary>A row of a CSV file, by column name.</summary>
internal sealed class CsvRow(long line, IReadOnlyDictionary<string, int> columns, IReadOnlyList<string> values)
{
    /// <summary>The line on which it begins, from 1.</summary>
    public long Line => line;

    /// <summary>The value; null when the file has no such column or it is empty.</summary>
    public string? this[string column] => columns.TryGetValue(column, out var at) && at < values.Count && values[at].Length > 0 ? values[at] : null;
}

/// <summary>Comma-separated values with a header line, quoted as RFC 4180 says; a row may span lines. One row is held at a time.</summary>
internal static class CsvReader
{
    /// <summary>The rows below the header.</summary>
    public static IEnumerable<CsvRow> Rows(TextReader text)
    {
        Dictionary<string, int>? columns = null;
        foreach (var (line, values) in Records(text))
        {
            if (columns is null)
            {
                columns = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
                for (var i = 0; i < values.Count; i++) columns.TryAdd(values[i].Trim().TrimStart('\uFEFF'), i);
            }
            else
            {
                yield return new CsvRow(line, columns, values);
            }
        }
    }

    private static IEnumerable<(long Line, List<string> Values)> Records(TextReader text)
    {
        var (line, began) = (1L, 1L);
        var values = new List<string>();
        var value = new StringBuilder();
        var (quoted, any) = (false, false);
        int c;
        while ((c = text.Read()) >= 0)
        {
            if (c == '\n') line++;
            if (quoted)
            {
                if (c != '"') value.Append((char)c);
                else if (text.Peek() == '"') value.Append((char)text.Read());
                else quoted = false;
            }
            else if (c == '"')
            {
                (quoted, any) = (true, true);
            }
            else if (c == ',')
            {
                values.Add(value.ToString());
                value.Clear();
                any = true;
            }
            else if (c == '\n')
            {
                if (any || value.Length > 0)
                {
                    values.Add(value.ToString());
                    yield return (began, values);
                }
                value.Clear();
                (values, any, began) = ([], false, line);
            }
            else if (c != '\r')
            {
                value.Append((char)c);
            }
        }
        if (!any && value.Length == 0) yield break;
        values.Add(value.ToString());
        yield return (began, values);
    }
}
