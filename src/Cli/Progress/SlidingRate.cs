namespace Pipeline.Cli.Progress;

/// <summary>How fast a count grows, over a short window.</summary>
internal sealed class SlidingRate(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
    private readonly Queue<(long At, long Count)> samples = new();

    /// <summary>Takes a sample.</summary>
    /// <returns>The growth per second since the oldest sample of the window; 0 at first.</returns>
    public double Add(long count)
    {
        var now = clock.GetTimestamp();
        samples.Enqueue((now, count));
        while (samples.Count > 2 && clock.GetElapsedTime(samples.Peek().At, now) > Window) samples.Dequeue();
        var (at, first) = samples.Peek();
        var seconds = clock.GetElapsedTime(at, now).TotalSeconds;
        return seconds < 0.2 ? 0 : Math.Max(0, (count - first) / seconds);
    }
}
