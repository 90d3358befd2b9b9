using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>Runs a service from the check of its settings to its exit code.</summary>
public static class ServiceRunner
{
    /// <summary>Ended because it was asked to.</summary>
    public const int Stopped = 0;

    /// <summary>Ended because it could not go on; starting it again may help.</summary>
    public const int Failed = 1;

    /// <summary>Its settings have faults (<c>EX_CONFIG</c> of sysexits.h); starting it again does not help.</summary>
    public const int Misconfigured = 78;

    /// <summary>
    /// Checks all settings and tells all their faults in one message on stderr; then starts, runs until SIGTERM, Ctrl-C or
    /// <paramref name="cancellation"/>, and stops within 10 s. Disposes the application.
    /// </summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(WebApplication app, CancellationToken cancellation = default)
    {
        var name = app.Services.GetRequiredService<ServiceName>().Value;
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(name);
        var failure = app.Services.GetRequiredService<ProcessFailure>();
        try
        {
            await using (app)
            {
                var faults = app.Services.GetRequiredService<Settings>().Check(app.Services);
                if (faults.Count > 0)
                {
                    await Console.Error.WriteLineAsync($"{name} does not start, its settings have {faults.Count} fault(s):{string.Concat(faults.Select(fault => $"\n  - {fault}"))}");
                    return Misconfigured;
                }

                await app.StartAsync(cancellation);
                log.Listening(string.Join(", ", app.Urls));
                await app.WaitForShutdownAsync(cancellation);
                return failure.HasFailed || HasThrown(app) ? Failed : Stopped;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested || failure.HasFailed)
        {
            // Stopped before it had fully started.
            return failure.HasFailed ? Failed : Stopped;
        }
#pragma warning disable CA1031 // The process ends here; the reason is said once and becomes the exit code.
        catch (Exception fault)
        {
            log.Failed("The service could not start.", Log.Describe(fault));
            return Failed;
        }
#pragma warning restore CA1031
    }

    // The host stops when a background service throws, and reports it in the log only.
    private static bool HasThrown(WebApplication app) =>
        app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(service => service.ExecuteTask is { IsFaulted: true });
}
