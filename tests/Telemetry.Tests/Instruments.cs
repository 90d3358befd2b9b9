using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Telemetry.Tests;

/// <summary>The telemetry of one service, with a meter to try it.</summary>
internal sealed class Instruments : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().AddTelemetry("tried").BuildServiceProvider();

    public Instruments()
    {
        Telemetry = services.GetRequiredService<TelemetryProviders>();
        Meter = services.GetRequiredService<IMeterFactory>().Create("Pipeline.Tried");
    }

    public TelemetryProviders Telemetry { get; }

    public Meter Meter { get; }

    /// <summary>The lines of <c>/metrics</c> whose name begins so, comments included.</summary>
    public string[] Lines(string name) =>
        [.. Telemetry.Prometheus.Read()!.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) || line.Contains($" {name}", StringComparison.Ordinal))];

    public void Dispose() => services.Dispose();
}
