using System.Globalization;
using Spectre.Console;

namespace Pipeline.Cli.Replaying;

/// <summary>How far a replay has come: a bar on a terminal, elsewhere a line every five seconds.</summary>
internal sealed class ReplayBar
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);
    private readonly Terminal terminal;
    private readonly TimeProvider clock;
    private readonly long total;
    private readonly ProgressTask? task;
    private long saidAt;

    private ReplayBar(Terminal terminal, TimeProvider clock, long total, ProgressTask? task)
    {
        this.terminal = terminal;
        this.clock = clock;
        this.total = total;
        this.task = task;
        saidAt = clock.GetTimestamp();
    }

    /// <summary>Runs a work with the bar shown.</summary>
    public static Task RunAsync(Terminal terminal, TimeProvider clock, long total, Func<ReplayBar, Task> work) => terminal.Live
        ? terminal.Canvas.Progress().StartAsync(canvas => work(new ReplayBar(terminal, clock, total, canvas.AddTask("Replaying", maxValue: Math.Max(1, total)))))
        : work(new ReplayBar(terminal, clock, total, null));

    /// <summary>Shows how many records have been looked at and how many were written.</summary>
    public void Show(long looked, long written)
    {
        if (task is not null)
        {
            task.Value = looked;
            task.Description = string.Create(CultureInfo.InvariantCulture, $"{written:N0} written");
            return;
        }
        if (clock.GetElapsedTime(saidAt) < LineEvery) return;
        saidAt = clock.GetTimestamp();
        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{100.0 * looked / Math.Max(1, total),5:0.0} %  {looked:N0} of {total:N0} looked at, {written:N0} written"));
    }
}
