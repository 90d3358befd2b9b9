using Pipeline.Cli.Progress;

namespace Pipeline.Cli.Tests;

public class DrainTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Drained_means_that_nothing_was_left_twice_in_a_row()
    {
        var lags = new Queue<long>([5, 0, 3, 0, 0, 9]);
        Assert.Equal(Drain.End.Drained, (await Drain.WaitAsync(_ => Figures(lags.Dequeue()), _ => { }, Patience, TimeProvider.System, default)).End);
        Assert.Equal([9], lags);
    }

    [Fact]
    public async Task What_does_not_move_for_the_whole_patience_is_stuck() =>
        Assert.Equal(Drain.End.Stuck, (await Drain.WaitAsync(_ => Figures(5), _ => { }, TimeSpan.FromMilliseconds(300), TimeProvider.System, default)).End);

    [Fact]
    public async Task What_moves_is_not_stuck_however_long_it_takes()
    {
        var records = 0L;
        var end = await Drain.WaitAsync(_ => Figures(records < 6 ? 1 : 0, records++), _ => { }, TimeSpan.FromMilliseconds(400), TimeProvider.System, default);
        Assert.Equal(Drain.End.Drained, end.End);
    }

    [Fact]
    public async Task Every_sample_is_shown()
    {
        var shown = new List<long>();
        var lags = new Queue<long>([2, 1, 0, 0]);
        await Drain.WaitAsync(_ => Figures(lags.Dequeue()), figures => shown.Add(figures[0].Lag), Patience, TimeProvider.System, default);
        Assert.Equal([2, 1, 0, 0], shown);
    }

    private static Task<IReadOnlyList<StageFigures>> Figures(long lag, long records = 0) => Task.FromResult<IReadOnlyList<StageFigures>>([new StageFigures("sink", records, lag, 0)]);
}
