using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Telemetry;

/// <summary>Gives a service its telemetry: <c>GET /metrics</c> in Prometheus's text format, and OTLP where the environment asks for it.</summary>
public static class TelemetryServices
{
    /// <summary>Where the metrics are.</summary>
    public const string Path = "/metrics";

    /// <summary>Registers what listens. Before every other hosted service, so that nothing is counted unheard.</summary>
    /// <param name="services">The service's container; it has an <see cref="IMeterFactory"/>.</param>
    /// <param name="service">What the service is called.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, string service)
    {
        services.AddSingleton(provider => new TelemetryProviders(service, provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<TelemetryProviders>());
        return services;
    }

    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder app) => app.MapGet(Path, (TelemetryProviders telemetry) => telemetry.Prometheus.Read() is { } text
        ? Results.Text(text, PrometheusText.ContentType)
        : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
}
