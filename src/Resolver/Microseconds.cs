namespace Pipeline.Resolver;

/// <summary>Time as Postgres keeps it. A finer time would never equal itself again once it has been stored.</summary>
internal static class Microseconds
{
    /// <summary>The same moment, UTC, cut to the microsecond.</summary>
    public static DateTimeOffset Of(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
