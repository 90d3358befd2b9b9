using System.Globalization;
using Spectre.Console;

namespace Pipeline.Cli.Progress;

/// <summary>
/// Shows how far every service has got: on a terminal a table that is redrawn in place, elsewhere a line every two seconds and one at
/// the end.
/// </summary>
internal sealed class ProgressBoard(Terminal terminal, TimeProvider clock)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(2);
    private readonly long begun = clock.GetTimestamp();
    private long saidAt;
    private string said = "";
    private LiveDisplayContext? live;
    private IReadOnlyList<StageFigures> latest = [];

    /// <summary>Runs some work with the board shown.</summary>
    /// <param name="work">Calls <see cref="Show"/> whenever there is something new.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        if (!terminal.Live)
        {
            var result = await work();
            SayLine();
            return result;
        }
        return await terminal.Canvas.Live(ToTable([])).StartAsync(context =>
        {
            live = context;
            return work();
        });
    }

    /// <summary>Shows new figures.</summary>
    public void Show(IReadOnlyList<StageFigures> figures)
    {
        latest = figures;
        if (live is not null)
        {
            live.UpdateTarget(ToTable(figures));
            return;
        }
        if (saidAt == 0 || clock.GetElapsedTime(saidAt) >= LineEvery) SayLine();
    }

    /// <summary>The figures in one line.</summary>
    public static string LineOf(IReadOnlyList<StageFigures> figures) =>
        string.Join(" | ", figures.Select(stage => stage.Lag > 0 ? $"{stage.Name} {Number(stage.Records)} (lag {Number(stage.Lag)})" : $"{stage.Name} {Number(stage.Records)}"));

    private void SayLine()
    {
        saidAt = clock.GetTimestamp();
        var line = LineOf(latest);
        if (line == said) return;
        said = line;
        terminal.Say($"{clock.GetElapsedTime(begun).TotalSeconds,6:0.0} s  {line}");
    }

    private static Table ToTable(IReadOnlyList<StageFigures> figures)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        table.AddColumn("stage");
        foreach (var heading in (string[])["records", "lag", "records/s"]) table.AddColumn(new TableColumn(heading).RightAligned().Width(11));
        foreach (var stage in figures)
        {
            table.AddRow(
                new Text(stage.Name),
                new Text(Number(stage.Records)),
                new Text(Number(stage.Lag), stage.Lag > 0 ? new Style(Color.Yellow) : new Style(Color.Green)),
                new Text(Number((long)stage.PerSecond)));
        }
        return table;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
