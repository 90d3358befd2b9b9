using Npgsql;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.Cli.Operations;

/// <summary>What has to be there before the services can work: tables, topics, schemas. Doing it again changes nothing.</summary>
internal sealed class SetUp(OperatingTools tools, Terminal terminal)
{
    /// <summary>Brings the tables up to date.</summary>
    public async Task MigrateAsync(CancellationToken cancellation)
    {
        await using var database = tools.OpenDatabase();
        var schema = tools.Postgres.Schema;
        try
        {
            var applied = await Migrations.ApplyAsync(database, schema, cancellation);
            foreach (var file in applied) terminal.Say($"applied {file}");
            terminal.Say(applied.Count == 0 ? $"The tables in schema '{schema}' are up to date." : $"The tables in schema '{schema}' are up to date now.");
        }
        catch (MigrationRefusedException refused)
        {
            throw new PipelineException(refused.Message, inner: refused);
        }
        catch (NpgsqlException fault)
        {
            throw new PipelineException($"Postgres: {fault.Message}", "Is it running, and does --postgres (ConnectionStrings__Postgres) name it?", inner: fault);
        }
    }

    /// <summary>Creates the topics with their dead-letter topics.</summary>
    public async Task CreateTopicsAsync(int partitions, short replication, TimeSpan retention)
    {
        try
        {
            var created = await tools.TopicAdmin.CreateAsync(tools.Topics.All, partitions, replication, retention);
            foreach (var topic in created) terminal.Say($"created {topic}");
            terminal.Say(created.Count == 0 ? "All topics are there." : "All topics are there now.");
        }
        catch (KafkaUnavailableException away)
        {
            throw new PipelineException(away.Message, "Is Kafka running, and does --bootstrap-servers (Kafka__BootstrapServers) name it? Under ./pipeline up the topics are there already.", inner: away);
        }
        catch (InvalidOperationException refused)
        {
            throw new PipelineException(refused.Message, "A single broker needs --replication 1.", inner: refused);
        }
    }

    /// <summary>Registers the schema of every topic.</summary>
    public Task RegisterSchemasAsync(CancellationToken cancellation) => RegisterSchemasAsync(tools.Topics.All, cancellation);

    /// <summary>Registers the schemas of some topics.</summary>
    public async Task RegisterSchemasAsync(IReadOnlyList<TopicDescription> topics, CancellationToken cancellation)
    {
        using var registry = new SchemaRegistry(tools.Registry);
        foreach (var topic in topics)
        {
            try
            {
                terminal.Say($"{topic.Subject,-36} schema id {await registry.RegisterAsync(topic.Subject, topic.Value.File, cancellation)}");
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                var refused = fault is HttpRequestException { StatusCode: not null };
                throw new PipelineException(
                    refused ? fault.Message : $"The Schema Registry at {tools.Registry.Url} does not answer: {fault.Message}",
                    refused ? null : "Is it running, and does --registry (SchemaRegistry__Url) name it?",
                    inner: fault);
            }
        }
    }
}
