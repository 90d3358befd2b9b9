using Microsoft.AspNetCore.Builder;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.ThreadLinker;

/// <summary>The service that links conversations.</summary>
public static class ThreadLinkerService
{
    /// <summary>Puts the service together. Nothing is connected before it runs.</summary>
    /// <param name="args">Command line, <c>--Section:Key=value</c>.</param>
    public static WebApplication Create(string[] args)
    {
        var service = ServiceBuilder.Create("threadlinker", args)
            .AddOptions<PostgresOptions>("Postgres")
            .AddOptions<LeadOptions>("Leads")
            .AtStart("migrate the database", PostgresServices.MigrateAsync)
            .AtStart("claim the instance's name", PostgresServices.ClaimInstanceAsync)
            .AddReadinessCheck("postgres", PostgresServices.AnswersAsync)
            .AddOutput(topics => topics.Linked)
            .LimitBacklog(topics => topics.Linked, Topics.Groups.Sink)
            .AddStage<EnrichedEvent, LinkConversations>(topics => topics.Enriched, Topics.Groups.ThreadLinker)
            .AddStage<LeadGiven, TakeLeads>(topics => topics.Leads, Topics.Groups.Leads);
        service.Services.AddPostgres(service.Name, PlaintextRule.Allows);
        service.Services.AddSingleton<LinkerMetrics>();
        service.Services.AddSingleton<PeopleDirectory>();
        service.Services.AddSingleton<LinkedRecords>();
        return service.Build();
    }
}
