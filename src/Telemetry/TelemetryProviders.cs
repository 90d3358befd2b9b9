using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Pipeline.Telemetry;

/// <summary>
/// What OpenTelemetry listens to in one service. Metrics are always collected, for <c>/metrics</c>; they and the traces are sent by OTLP
/// when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> (or the one for metrics or traces alone) is set. The exporter reads the other standard
/// variables by itself.
/// </summary>
/// <remarks>
/// Begins to listen when it is made, not when it is started: the instruments are made together with the other hosted services, and what
/// they count before anybody listens is lost.
/// </remarks>
internal sealed class TelemetryProviders : IHostedService, IDisposable
{
    private static readonly string[] OwnSources = ["Pipeline.*"];

    // What the request span of a probe or a scrape would only drown.
    private static readonly string[] UntracedPaths = ["/health", "/alive", "/metrics"];

    private readonly MeterProvider meters;
    private readonly TracerProvider? traces;

    /// <param name="service">What the service is called, unless <c>OTEL_SERVICE_NAME</c> says otherwise.</param>
    /// <param name="factory">Whose instruments are this service's; those of other services in the same process are left out.</param>
    public TelemetryProviders(string service, IMeterFactory factory)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => Describe(resource, service))
            .AddMeter([.. OwnSources, "Microsoft.AspNetCore.Hosting", "System.Runtime"])
            .AddView(instrument => instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, factory) ? null : MetricStreamConfiguration.Drop)
            .AddReader(new BaseExportingMetricReader(Prometheus));
        if (OtlpVariables.AskFor("METRICS")) builder.AddOtlpExporter();
        meters = builder.Build();

        if (!OtlpVariables.AskFor("TRACES")) return;
        traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => Describe(resource, service))
            .AddSource([.. OwnSources, "Microsoft.AspNetCore"])
            .AddProcessor(new WithoutProbes())
            .AddOtlpExporter()
            .Build();
    }

    /// <summary>Answers <c>/metrics</c>.</summary>
    public PrometheusExporter Prometheus { get; } = new();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is left, within what the collector's time limit allows.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            traces?.ForceFlush(1000);
            if (OtlpVariables.AskFor("METRICS")) meters.ForceFlush(1000);
        },
        CancellationToken.None);

    /// <inheritdoc/>
    public void Dispose()
    {
        traces?.Dispose();
        meters.Dispose();
    }

    // The variables come last, so that they win.
    private static void Describe(ResourceBuilder resource, string service) =>
        resource.Clear().AddService(service, serviceNamespace: "whatsapp-pipeline").AddTelemetrySdk().AddEnvironmentVariableDetector();

    private sealed class WithoutProbes : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.Kind == ActivityKind.Server && data.GetTagItem("url.path") is string path && Array.Exists(UntracedPaths, start => path.StartsWith(start, StringComparison.Ordinal)))
                data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
