namespace Pipeline.Streaming;

/// <summary>Something a service cannot do its work without.</summary>
/// <param name="Name">What <c>/health/ready</c> calls it; no host names.</param>
/// <param name="IsReadyAsync">False or an exception makes the service not ready.</param>
internal sealed record ReadinessCheck(string Name, Func<IServiceProvider, CancellationToken, Task<bool>> IsReadyAsync);
