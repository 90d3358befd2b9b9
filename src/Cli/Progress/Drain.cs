namespace Pipeline.Cli.Progress;

/// <summary>Waits until everything that was accepted has been stored.</summary>
internal static class Drain
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    /// <summary>How a wait ended.</summary>
    public enum End
    {
        /// <summary>Nothing is left.</summary>
        Drained,

        /// <summary>Nothing has moved for the whole patience.</summary>
        Stuck,
    }

    /// <summary>The end of a wait.</summary>
    /// <param name="End">How it ended.</param>
    /// <param name="QuietSince">When it was first seen that nothing was left (<see cref="TimeProvider.GetTimestamp"/>); the second look only confirms it.</param>
    public readonly record struct Result(End End, long QuietSince);

    /// <summary>
    /// Waits until no reader has anything left, seen twice in a row. Twice, because a stage commits its offsets a moment after its
    /// outputs are acknowledged, and a rebalance can take a commit back.
    /// </summary>
    /// <param name="readAsync">The readers in the order of the pipeline, see <see cref="StageMonitor.ReadAsync"/>.</param>
    /// <param name="onSample">Shown along the way.</param>
    /// <param name="patience">How long nothing may move.</param>
    /// <param name="clock">For the patience.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<Result> WaitAsync(
        Func<CancellationToken, Task<IReadOnlyList<StageFigures>>> readAsync, Action<IReadOnlyList<StageFigures>> onSample, TimeSpan patience, TimeProvider clock, CancellationToken cancellation)
    {
        var quiet = 0;
        long quietSince = 0;
        var moved = clock.GetTimestamp();
        long before = -1;
        while (true)
        {
            var figures = await readAsync(cancellation);
            onSample(figures);
            quiet = figures.All(stage => stage.Lag == 0) ? quiet + 1 : 0;
            if (quiet == 1) quietSince = clock.GetTimestamp();
            if (quiet == 2) return new Result(End.Drained, quietSince);

            var done = figures.Sum(stage => stage.Records);
            if (done != before) (before, moved) = (done, clock.GetTimestamp());
            else if (clock.GetElapsedTime(moved) > patience) return new Result(End.Stuck, 0);
            await Task.Delay(Pause, clock, cancellation);
        }
    }
}
