using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Ingestor;

/// <summary>HTTP in, topic <c>raw</c> out.</summary>
public static class IngestorService
{
    /// <summary>Puts the service together; nothing is started.</summary>
    /// <param name="args">Settings as <c>--Section:Key=value</c>; they outrank the environment.</param>
    public static WebApplication Create(string[] args)
    {
        var service = ServiceBuilder.Create("ingestor", args);
        service.AddOptions<IngestorOptions>("Ingestor");
        service.AddOutput<RawEvent>(topics => topics.Raw);
        service.LimitBacklog<RawEvent>(topics => topics.Raw, Topics.Groups.Resolver);
        service.Services.AddSingleton(services =>
        {
            var options = services.GetRequiredService<IngestorOptions>();
            return new BusinessTokens(options.SigningKey, options.PreviousSigningKey);
        });
        service.Services.AddSingleton<IngestorMetrics>();
        service.Services.AddSingleton<ReceptionClock>();
        service.Services.AddSingleton<RawEvents>();
        service.Services.AddSingleton<Webhooks>();

        var app = service.Build();
        app.MapPost("/v1/webhooks/{source}", (HttpRequest request, string source, Webhooks webhooks) => webhooks.AcceptAsync(request, source));
        return app;
    }
}
