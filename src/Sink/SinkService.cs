using Microsoft.AspNetCore.Builder;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.Sink;

/// <summary>The service that stores conversations.</summary>
public static class SinkService
{
    /// <summary>Puts the service together. Nothing is connected before it runs.</summary>
    /// <param name="args">Command line, <c>--Section:Key=value</c>.</param>
    public static WebApplication Create(string[] args)
    {
        var service = ServiceBuilder.Create("sink", args)
            .AddOptions<PostgresOptions>("Postgres")
            .AtStart("migrate the database", PostgresServices.MigrateAsync)
            .AtStart("claim the instance's name", PostgresServices.ClaimInstanceAsync)
            .AddReadinessCheck("postgres", PostgresServices.AnswersAsync)
            .AddStage<LinkedEvent, StoreConversations>(topics => topics.Linked, Topics.Groups.Sink);
        service.Services.AddPostgres(service.Name, PlaintextRule.Allows).AddSingleton<SinkMetrics>();
        return service.Build();
    }
}
