namespace Pipeline.Cli.Services;

/// <summary>Asks services whether they are ready, over HTTP as anybody would.</summary>
internal sealed class ServiceHealth : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Where a service answers for itself.</summary>
    public static Uri ReadyAddress(string url) => new(new Uri(url), "/health/ready");

    /// <summary>Where a service answers as long as it runs, whether or not it can work.</summary>
    public static Uri LiveAddress(string url) => new(new Uri(url), "/health/live");

    /// <summary>Whether the address answers 200.</summary>
    public async Task<bool> IsWellAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync(address, cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception away) when (away is HttpRequestException || (away is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Waits until a service is ready.</summary>
    /// <param name="url">The service's base address.</param>
    /// <param name="hasEnded">Whether it has ended, in which case there is nothing to wait for.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>False when it ended or the time is up.</returns>
    public async Task<bool> WaitUntilReadyAsync(string url, Func<bool> hasEnded, TimeSpan limit, CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!hasEnded() && TimeProvider.System.GetElapsedTime(begun) < limit)
        {
            if (await IsWellAsync(ReadyAddress(url), cancellation)) return true;
            await Task.Delay(Pause, cancellation);
        }
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
