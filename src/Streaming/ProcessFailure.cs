using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>
/// The way out when a service cannot go on without breaking a promise: says why once, stops the host, and makes
/// <see cref="ServiceRunner"/> return a non-zero exit code so that whoever started the process starts it again.
/// </summary>
public sealed class ProcessFailure(IHostApplicationLifetime lifetime, ILoggerFactory loggers, ServiceName name)
{
    private readonly ILogger log = loggers.CreateLogger(name.Value);
    private int failed;

    /// <summary>True once something has failed for good.</summary>
    public bool HasFailed => Volatile.Read(ref failed) == 1;

    /// <summary>Stops the service. Only the first call says anything.</summary>
    /// <param name="what">What failed, one sentence without personal data.</param>
    /// <param name="fault">Why, where there is an exception.</param>
    public void Fail(string what, Exception? fault = null)
    {
        if (Interlocked.Exchange(ref failed, 1) == 1) return;
        log.Failed(what, fault is null ? "" : Log.Describe(fault));
        lifetime.StopApplication();
    }
}
