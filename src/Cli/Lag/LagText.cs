using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pipeline.Cli.Lag;

/// <summary>The lag in the columns of <c>kafka-consumer-groups.sh --describe</c>, with the seconds beside it. <c>-</c> stands for what is not known.</summary>
internal static class LagText
{
    private static readonly string[] Headings = ["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "LAG-SECONDS", "MEMBER"];
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Lines of text, the headings first.</summary>
    public static IReadOnlyList<string> Lines(IReadOnlyList<GroupLag> lags)
    {
        List<string[]> rows = [Headings, .. lags.Select(Cells)];
        var widths = Headings.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        return [.. rows.Select(row => string.Join("  ", row.Select((cell, column) => IsNumber(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd())];
    }

    /// <summary>A table for a terminal.</summary>
    public static Table Table(IReadOnlyList<GroupLag> lags)
    {
        var table = new Table().Border(TableBorder.Simple);
        for (var column = 0; column < Headings.Length; column++) table.AddColumn(new TableColumn(Headings[column]) { Alignment = IsNumber(column) ? Justify.Right : Justify.Left, NoWrap = true });
        foreach (var lag in lags) table.AddRow(Cells(lag).Select(cell => new Text(cell, lag.Lag > 0 ? new Style(Color.Yellow) : Style.Plain)));
        return table;
    }

    /// <summary>One JSON object on one line.</summary>
    public static string JsonLine(IReadOnlyList<GroupLag> lags, DateTimeOffset at) => JsonSerializer.Serialize(
        new
        {
            At = at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            Partitions = lags.Select(lag => new { lag.Group, lag.Topic, lag.Partition, lag.CurrentOffset, lag.LogEndOffset, lag.Lag, LagSeconds = lag.LagSeconds is { } seconds ? Math.Round(seconds, 3) : (double?)null, lag.Member }),
        },
        Json);

    private static bool IsNumber(int column) => column is >= 2 and <= 6;

    private static string[] Cells(GroupLag lag) =>
    [
        lag.Group,
        lag.Topic,
        lag.Partition.ToString(CultureInfo.InvariantCulture),
        lag.CurrentOffset?.ToString(CultureInfo.InvariantCulture) ?? "-",
        lag.LogEndOffset.ToString(CultureInfo.InvariantCulture),
        lag.Lag.ToString(CultureInfo.InvariantCulture),
        lag.LagSeconds?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-",
        lag.Member is { } member ? Terminal.Harmless(member) : "-",
    ];
}
