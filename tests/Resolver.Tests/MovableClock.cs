namespace Pipeline.Resolver.Tests;

/// <summary>A clock that is moved by hand for the time of day; timers run as always.</summary>
internal sealed class MovableClock : TimeProvider
{
    private TimeSpan moved;

    public void Move(TimeSpan by) => moved += by;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1760000000) + moved;
}
