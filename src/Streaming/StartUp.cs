using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;

namespace Pipeline.Streaming;

/// <summary>One piece of work that must be done before a service takes part: a migration, a schema id, a warm cache.</summary>
internal sealed record StartUpWork(string What, Func<IServiceProvider, CancellationToken, Task> DoAsync);

/// <summary>
/// Does a service's start-up work, in the order in which it was named. What fails in a way that passes by itself is tried again for
/// as long as it takes, so services may be started in any order; anything else ends the process.
/// </summary>
public sealed class StartUp : BackgroundService
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IReadOnlyList<StartUpWork> works;
    private readonly IServiceProvider services;
    private readonly ProcessFailure failure;
    private readonly TimeProvider time;
    private readonly ILogger log;

    internal StartUp(IReadOnlyList<StartUpWork> works, IServiceProvider services, ServiceName name, ILoggerFactory loggers, ProcessFailure failure, TimeProvider time)
    {
        this.works = works;
        this.services = services;
        this.failure = failure;
        this.time = time;
        log = loggers.CreateLogger(name.Value);
    }

    /// <summary>True once all of the work is done.</summary>
    public bool IsDone => done.Task.IsCompletedSuccessfully;

    /// <summary>Completes when all of the work is done; is cancelled when the service stops before.</summary>
    public Task Done => done.Task;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var work in works)
            {
                log.StartUp(work.What);
                await DoAsync(work, stoppingToken);
            }
            done.TrySetResult();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            done.TrySetCanceled(stoppingToken);
        }
#pragma warning disable CA1031 // Whatever it is, the service cannot start.
        catch (Exception fault)
        {
            failure.Fail("The start-up work failed.", fault);
            done.TrySetCanceled(CancellationToken.None);
        }
#pragma warning restore CA1031
    }

    private async Task DoAsync(StartUpWork work, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await work.DoAsync(services, cancellation);
                return;
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested && Passes(fault))
            {
                var wait = Backoff.After(attempt);
                log.StartUpWaits(work.What, attempt, wait.TotalSeconds, Log.Describe(fault));
                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    // An unregistered schema passes too: somebody runs `pipeline schemas register`. An HTTP client reports its own time limit as a cancellation.
    private static bool Passes(Exception fault) => Transient.Is(fault) || fault is SchemaNotRegisteredException or OperationCanceledException;
}
