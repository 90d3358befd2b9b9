namespace Pipeline.Ingestor;

/// <summary>
/// When an event was received, never twice the same: whole microseconds (what Postgres keeps), each later than the one before. Events
/// without a time of their own are compared by this one, and of two that came in one request the second has to be the newer.
/// </summary>
public sealed class ReceptionClock(TimeProvider clock)
{
    private long last;

    /// <summary>The time of one more event.</summary>
    public DateTimeOffset Next()
    {
        var now = clock.GetUtcNow().Ticks / TimeSpan.TicksPerMicrosecond;
        while (true)
        {
            var before = Volatile.Read(ref last);
            var next = Math.Max(now, before + 1);
            if (Interlocked.CompareExchange(ref last, next, before) == before) return new DateTimeOffset(next * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
        }
    }
}
