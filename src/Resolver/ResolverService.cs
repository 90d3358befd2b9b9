using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.Resolver;

/// <summary>Topic <c>raw</c> in, <c>enriched</c> and <c>lid-mappings</c> out.</summary>
public static class ResolverService
{
    /// <summary>Puts the service together; nothing is started.</summary>
    /// <param name="args">Settings as <c>--Section:Key=value</c>; they outrank the environment.</param>
    public static WebApplication Create(string[] args)
    {
        var service = ServiceBuilder.Create("resolver", args);
        service.AddOptions<ResolverOptions>("Resolver");
        service.AddOptions<PostgresOptions>("Postgres");
        service.Services.AddSingleton<IValidateOptions<ResolverOptions>, UnsafeConnections>();
        service.AtStart("migrate the database", PostgresServices.MigrateAsync);
        service.AtStart("claim the instance's name", PostgresServices.ClaimInstanceAsync);
        service.AddReadinessCheck("postgres", PostgresServices.AnswersAsync);
        service.AddOutput<EnrichedEvent>(topics => topics.Enriched);
        service.AddOutput<LidMapping>(topics => topics.LidMappings);
        service.LimitBacklog<EnrichedEvent>(topics => topics.Enriched, Topics.Groups.ThreadLinker);

        var services = service.Services;
        services.AddPostgres(service.Name, PlaintextRule.Allows);
        services.AddSingleton<ResolverMetrics>();
        services.AddSingleton(provider => new LidCache(provider.GetRequiredService<ResolverOptions>().MemoryEntries));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<RedisLidEntries>(provider, service.Configuration.GetConnectionString("Redis") ?? ""));
        services.AddSingleton<PostgresLidEntries>();
        services.AddSingleton<ParkedLids>();
        services.AddSingleton<OwnAddressBook>();
        services.AddSingleton<LidTable>();
        services.AddSingleton<ResolvedRecords>();
        // Redirects could lead anywhere, so none is followed; a proxy of the environment is none of the endpoint's business.
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ResolveEndpoint>(
            provider, new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }));
        services.AddSingleton<EndpointAnswers>();
        services.AddHostedService(provider => provider.GetRequiredService<EndpointAnswers>());
        service.AddStage<RawEvent, ResolveIdentities>(topics => topics.Raw, Topics.Groups.Resolver);
        services.AddHostedService<ParkedRechecks>();
        services.AddHostedService<RedisRefill>();
        return service.Build();
    }
}
