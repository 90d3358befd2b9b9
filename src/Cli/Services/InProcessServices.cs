using Pipeline.Streaming;

namespace Pipeline.Cli.Services;

/// <summary>Services inside this process, for the demo and for a rebuild. Each is the application that its own program runs.</summary>
internal sealed class InProcessServices : IAsyncDisposable
{
    private readonly List<(ServiceKind Kind, CancellationTokenSource Stop, Task<int> Run)> running = [];

    /// <summary>Starts the four.</summary>
    public InProcessServices(PipelineSettings settings)
        : this(ServiceKind.All, kind => kind.Create(settings.ArgumentsOf(kind)))
    {
    }

    /// <summary>Starts some of them.</summary>
    /// <param name="kinds">Which, in the order in which a message meets them.</param>
    /// <param name="create">Puts one together, see <see cref="ServiceKind.Create"/>.</param>
    public InProcessServices(IReadOnlyList<ServiceKind> kinds, Func<ServiceKind, WebApplication> create)
    {
        foreach (var kind in kinds)
        {
            var stop = new CancellationTokenSource();
            running.Add((kind, stop, Task.Run(() => ServiceRunner.RunAsync(create(kind), stop.Token))));
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
