using Pipeline.Streaming;

namespace Pipeline.Cli.Services;

/// <summary>The four services inside this process, for the demo. Each is the application that its own program runs.</summary>
internal sealed class InProcessServices : IAsyncDisposable
{
    private readonly List<(ServiceKind Kind, CancellationTokenSource Stop, Task<int> Run)> running = [];

    /// <summary>Starts the four.</summary>
    public InProcessServices(PipelineSettings settings)
    {
        foreach (var kind in ServiceKind.All)
        {
            var stop = new CancellationTokenSource();
            running.Add((kind, stop, Task.Run(() => ServiceRunner.RunAsync(kind.Create(settings.ArgumentsOf(kind)), stop.Token))));
        }
    }

    /// <summary>The names of those that have ended by themselves.</summary>
    public IReadOnlyList<string> Ended => [.. running.Where(service => service.Run.IsCompleted).Select(service => service.Kind.Name)];

    /// <summary>Stops them: first the one that takes new events, then the others together.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (_, stop, run) in running.Take(1)) await StopAsync(stop, run);
        await Task.WhenAll(running.Skip(1).Select(service => StopAsync(service.Stop, service.Run)));
        running.Clear();
    }

    private static async Task StopAsync(CancellationTokenSource stop, Task<int> run)
    {
        await stop.CancelAsync();
        await Task.WhenAny(run);
        stop.Dispose();
    }
}
