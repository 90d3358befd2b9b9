using Pipeline.Healing;
using Spectre.Console;

namespace Pipeline.Cli.Healing;

/// <summary>Shows how far a backfill has got: bars on a terminal, elsewhere a line every two seconds.</summary>
internal sealed class StepBoard(Terminal terminal, TimeProvider clock)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(2);
    private readonly Dictionary<string, BackfillProgress> steps = [];
    private readonly Dictionary<string, ProgressTask> bars = [];
    private readonly long begun = clock.GetTimestamp();
    private ProgressContext? live;
    private long saidAt;
    private string said = "";

    /// <summary>Runs some work with the board shown.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        if (!terminal.Live)
        {
            try
            {
                return await work();
            }
            finally
            {
                if (steps.Count > 0) SayLine();
            }
        }
        return await terminal.Canvas.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                live = context;
                return work();
            });
    }

    /// <summary>Shows new figures.</summary>
    public void Show(BackfillProgress progress)
    {
        steps[progress.Step] = progress;
        if (live is not null)
        {
            if (!bars.TryGetValue(progress.Step, out var bar)) bars.Add(progress.Step, bar = live.AddTask(progress.Step));
            bar.MaxValue = Math.Max(1, progress.Total);
            bar.Value = progress.Total == 0 ? 1 : progress.Done;
        }
        else if (saidAt == 0 || clock.GetElapsedTime(saidAt) >= LineEvery)
        {
            SayLine();
        }
    }

    private void SayLine()
    {
        saidAt = clock.GetTimestamp();
        var line = string.Join(" | ", steps.Values.Select(step => $"{step.Step} {PlanText.Number(step.Done)}/{PlanText.Number(step.Total)}"));
        if (line == said) return;
        said = line;
        terminal.Say($"{clock.GetElapsedTime(begun).TotalSeconds,6:0.0} s  {line}");
    }
}
