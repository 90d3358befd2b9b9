namespace Pipeline.Streaming.Tests;

/// <summary>Waits for a condition; a test never waits for a time.</summary>
internal static class Eventually
{
    public static Task True(Func<bool> condition, string what, double seconds = 30) =>
        True(() => Task.FromResult(condition()), what, seconds);

    public static async Task True(Func<Task<bool>> condition, string what, double seconds = 30)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started).TotalSeconds > seconds)
                throw new TimeoutException($"Not within {seconds} s: {what}");
            await Task.Delay(20);
        }
    }
}
