namespace Pipeline.Ingestor.Tests;

/// <summary>When an event was received.</summary>
public class ReceptionClockTests
{
    [Fact]
    public void No_two_events_were_received_at_the_same_time_and_the_later_one_is_the_newer()
    {
        var clock = new ReceptionClock(new StoppedClock());
        var times = Enumerable.Range(0, 1000).Select(_ => clock.Next()).ToList();
        Assert.Equal(times.Distinct().Order(), times);
    }

    [Fact]
    public void A_time_is_whole_microseconds() =>
        Assert.Equal(0, new ReceptionClock(TimeProvider.System).Next().Ticks % TimeSpan.TicksPerMicrosecond);

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1760000000);
    }
}
