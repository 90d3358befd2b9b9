namespace Pipeline.Storage;

/// <summary>Time as Postgres can hold it: UTC, to the microsecond.</summary>
public static class PostgresTime
{
    private static readonly long Earliest = DateTime.MinValue.Ticks / TimeSpan.TicksPerSecond - UnixEpoch;
    private static readonly long Latest = DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond - UnixEpoch;

    private static long UnixEpoch => DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerSecond;

    /// <summary>The moment, cut to the microsecond so that a value compares equal to itself after a round trip; null when it lies outside the years 1 to 9999.</summary>
    /// <param name="seconds">Seconds since 1970.</param>
    /// <param name="nanos">Nanoseconds to add, 0 to 999 999 999.</param>
    public static DateTime? FromUnix(long seconds, int nanos)
    {
        // The two ends stand for minus and plus infinity on the wire, so they are left to nobody.
        if (seconds <= Earliest || seconds >= Latest || nanos is < 0 or > 999_999_999) return null;
        return DateTime.UnixEpoch.AddTicks(seconds * TimeSpan.TicksPerSecond + nanos / 1000 * TimeSpan.TicksPerMicrosecond);
    }
}
