using Npgsql;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Rebuilding;

/// <summary>
/// How far an installation, the live one or a rebuild, has read each of its topics. For the Sink that is what stands in Postgres; Kafka
/// hears of it later.
/// </summary>
internal sealed class Reading : IDisposable
{
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(10);
    private readonly Topics topics;
    private readonly string schema;
    private readonly NpgsqlDataSource database;
    private readonly LagWatch raw;
    private readonly LagWatch leads;
    private readonly LagWatch enriched;
    private readonly LagWatch linked;

    private Reading(KafkaOptions kafka, Topics topics, string suffix, NpgsqlDataSource database, string schema, TimeProvider clock)
    {
        (this.topics, this.database, this.schema) = (topics, database, schema);
        raw = Watch(Topics.Groups.Resolver);
        leads = Watch(Topics.Groups.Leads);
        enriched = Watch(Topics.Groups.ThreadLinker);
        linked = Watch(Topics.Groups.Sink);

        LagWatch Watch(string group) => new(kafka, new ServiceName("pipeline"), group + suffix, clock);
    }

    /// <summary>Of the live installation.</summary>
    public static Reading OfLive(KafkaOptions kafka, RebuildPlaces places, NpgsqlDataSource database, TimeProvider clock) =>
        new(kafka, places.LiveTopics, places.LiveSuffix, database, places.LiveSchema, clock);

    /// <summary>Of the rebuild.</summary>
    public static Reading OfRebuild(KafkaOptions kafka, RebuildPlaces places, NpgsqlDataSource database, TimeProvider clock) =>
        new(kafka, places.Topics, places.Suffix, database, places.Schema, clock);

    /// <summary>The Resolver.</summary>
    public Task<IReadOnlyList<PartitionLag>> RawAsync(CancellationToken cancellation) => AskAsync(raw, topics.Raw.Name, cancellation);

    /// <summary>The ThreadLinker, on what a CRM gave.</summary>
    public Task<IReadOnlyList<PartitionLag>> LeadsAsync(CancellationToken cancellation) => AskAsync(leads, topics.Leads.Name, cancellation);

    /// <summary>The ThreadLinker.</summary>
    public Task<IReadOnlyList<PartitionLag>> EnrichedAsync(CancellationToken cancellation) => AskAsync(enriched, topics.Enriched.Name, cancellation);

    /// <summary>The Sink.</summary>
    public async Task<IReadOnlyList<PartitionLag>> LinkedAsync(CancellationToken cancellation)
    {
        var ends = await AskAsync(linked, topics.Linked.Name, cancellation);
        var stored = new Dictionary<int, long>();
        await using var command = database.CreateCommand($"SELECT partition, next_offset FROM {schema}.sink_offset WHERE topic = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = topics.Linked.Name });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) stored[rows.GetInt32(0)] = rows.GetInt64(1);
        return [.. ends.Select(end => end with { Committed = stored.TryGetValue(end.Partition, out var next) ? next : null })];
    }

    /// <summary>Must not be called while a question is under way.</summary>
    public void Dispose()
    {
        raw.Dispose();
        leads.Dispose();
        enriched.Dispose();
        linked.Dispose();
    }

    private static async Task<IReadOnlyList<PartitionLag>> AskAsync(LagWatch watch, string topic, CancellationToken cancellation)
    {
        try
        {
            return await watch.ReadAsync(topic, AskLimit, cancellation);
        }
        catch (KafkaUnavailableException away)
        {
            throw new PipelineException(away.Message, "Is Kafka running, and does --bootstrap-servers (Kafka__BootstrapServers) name it?", inner: away);
        }
    }
}
