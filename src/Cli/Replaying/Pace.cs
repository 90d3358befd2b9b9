namespace Pipeline.Cli.Replaying;

/// <summary>Keeps a work to so many records a second.</summary>
/// <param name="perSecond">The most; null for no limit.</param>
/// <param name="clock">Measures it.</param>
internal sealed class Pace(int? perSecond, TimeProvider clock)
{
    private readonly long begun = clock.GetTimestamp();
    private long done;

    /// <summary>Waits until so many more may go.</summary>
    public async Task WaitAsync(int records, CancellationToken cancellation)
    {
        if (perSecond is not { } rate) return;
        var due = TimeSpan.FromSeconds((double)done / rate) - clock.GetElapsedTime(begun);
        done += records;
        if (due > TimeSpan.Zero) await Task.Delay(due, clock, cancellation);
    }
}
