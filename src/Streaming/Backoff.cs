namespace Pipeline.Streaming;

/// <summary>How long to wait before the next attempt: from 100 ms, doubling, up to 5 s, spread by up to a third so that copies do not act in step.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <param name="attempt">1 after the first failure.</param>
    public static TimeSpan After(int attempt)
    {
        var doubled = First * Math.Pow(2, Math.Min(attempt - 1, 10));
        var bounded = doubled < Longest ? doubled : Longest;
        return bounded * (1 - Random.Shared.NextDouble() / 3);
    }
}
