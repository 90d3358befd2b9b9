using System.Globalization;
using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.Cli.Rebuilding;

/// <summary>
/// Makes what a rebuild needs before its services may start: schema, topics, schemas of the topics, and where everything begins. Whatever an
/// earlier rebuild of the same name has left in Kafka is passed over. Killed at any point, it is begun again.
/// </summary>
internal sealed class Preparation(OperatingTools tools, RebuildPlaces places, NpgsqlDataSource database, Terminal terminal)
{
    // Numbers of the rebuild never mean something else in the live tables, now or while these grow.
    private const long NumbersApart = 1_000_000_000;
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);

    /// <summary>What the rebuild was begun with; null when there is none yet.</summary>
    /// <exception cref="PipelineException">The schema is there and is no rebuild.</exception>
    public async Task<Begun?> ReadAsync(CancellationToken cancellation)
    {
        await using var look = database.CreateCommand("SELECT to_regnamespace($1) IS NOT NULL, to_regclass($1 || '.' || $2) IS NOT NULL");
        look.Parameters.Add(new NpgsqlParameter<string> { TypedValue = places.Schema });
        look.Parameters.Add(new NpgsqlParameter<string> { TypedValue = RebuildPlaces.Mark });
        await using (var found = await look.ExecuteReaderAsync(cancellation))
        {
            await found.ReadAsync(cancellation);
            if (!found.GetBoolean(0)) return null;
            if (!found.GetBoolean(1)) throw new PipelineException($"The schema '{places.Schema}' is there and is not a rebuild.", "Nothing was touched. Take another name.", ExitCode.Usage);
        }

        await using var mark = database.CreateCommand($"SELECT prepared, settings, started_at FROM {places.Schema}.{RebuildPlaces.Mark}");
        await using var row = await mark.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new Begun(row.GetBoolean(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2));
    }

    /// <summary>What the mark of a rebuild says.</summary>
    /// <param name="IsPrepared">Everything that the services need is there.</param>
    /// <param name="Settings">What it was told beside the usual settings.</param>
    /// <param name="StartedAt">When.</param>
    internal sealed record Begun(bool IsPrepared, string Settings, DateTimeOffset StartedAt);

    /// <summary>Makes everything.</summary>
    /// <param name="settings">What the rebuild is told beside the usual settings.</param>
    /// <param name="from">Where on <c>raw</c> it begins.</param>
    /// <param name="raw">The live topic.</param>
    /// <param name="leads">The live topic.</param>
    /// <param name="reading">How far the rebuild has read.</param>
    /// <param name="cancellation">Leaves it half made.</param>
    public async Task MakeAsync(string settings, IReadOnlyList<Position> from, IReadOnlyList<PartitionLag> raw, IReadOnlyList<PartitionLag> leads, Reading reading, CancellationToken cancellation)
    {
        await MarkAsync(settings, cancellation);
        await Migrations.ApplyAsync(database, places.Schema, cancellation);
        await CreateTopicsAsync(raw.Count);
        await new SetUp(tools, terminal).RegisterSchemasAsync(places.OwnTopics, cancellation);

        var enriched = await reading.EnrichedAsync(cancellation);
        await Task.WhenAll(
            SetAsync(Topics.Groups.Resolver, from, cancellation),
            SetAsync(Topics.Groups.Leads, [.. leads.Select(lag => At(lag, lag.Low))], cancellation),
            SetAsync(Topics.Groups.ThreadLinker, [.. enriched.Select(lag => At(lag, lag.High))], cancellation));
        await BeginAsync(await reading.LinkedAsync(cancellation), cancellation);
    }

    private async Task SetAsync(string group, IReadOnlyList<Position> positions, CancellationToken cancellation)
    {
        try
        {
            await using var idle = await IdleGroup.TakeAsync(tools.Kafka, new ServiceName("pipeline"), group + places.Suffix, [positions[0].Topic], AskLimit, cancellation);
            await idle.CommitAsync(positions, cancellation);
        }
        catch (Exception fault) when (fault is GroupActiveException or KafkaUnavailableException)
        {
            throw new PipelineException(fault.Message, "Run it again; a rebuild that was killed is a member of its groups for some seconds.", inner: fault);
        }
    }

    private static Position At(PartitionLag lag, long offset) => new(lag.Topic, lag.Partition, offset);

    private async Task MarkAsync(string settings, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var make = new NpgsqlCommand($"""
            CREATE SCHEMA IF NOT EXISTS {places.Schema};
            CREATE TABLE IF NOT EXISTS {places.Schema}.{RebuildPlaces.Mark} (
              prepared boolean NOT NULL DEFAULT false, settings text NOT NULL, started_at timestamptz NOT NULL DEFAULT now());
            DELETE FROM {places.Schema}.{RebuildPlaces.Mark};
            """, connection, transaction);
        await make.ExecuteNonQueryAsync(cancellation);
        await using var mark = new NpgsqlCommand($"INSERT INTO {places.Schema}.{RebuildPlaces.Mark} (settings) VALUES ($1)", connection, transaction);
        mark.Parameters.Add(new NpgsqlParameter<string> { TypedValue = settings });
        await mark.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    // The in-process broker answers no request to create a topic; it makes one when it is first named.
    private async Task CreateTopicsAsync(int partitions)
    {
        if (tools.Kafka.MaxDownstreamBytes > 0) return;
        try
        {
            // -1: as many copies as the brokers give a new topic.
            await tools.TopicAdmin.CreateAsync([.. places.OwnTopics, .. DeadLettersOfInputs()], partitions, replication: -1, Retention);
        }
        catch (Exception fault) when (fault is KafkaUnavailableException or InvalidOperationException)
        {
            throw new PipelineException(fault.Message, "May this user create topics?", inner: fault);
        }
    }

    // Named like topics of the rebuild, so that their dead letters are made with them.
    private IEnumerable<TopicDescription> DeadLettersOfInputs() =>
        new Topics(places.Prefix).All.Where(topic => !places.OwnTopics.Any(own => own.Name == topic.Name));

    private async Task BeginAsync(IReadOnlyList<PartitionLag> linked, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var table in (string[])["whatsapp_conversation", "whatsapp_message"])
        {
            await using var newest = new NpgsqlCommand($"SELECT COALESCE(max(id), 0) FROM {places.LiveSchema}.{table}", connection, transaction);
            var first = ((((long)(await newest.ExecuteScalarAsync(cancellation))!) / NumbersApart) + 1) * NumbersApart;
            await using var apart = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE {places.Schema}.{table} ALTER COLUMN id RESTART WITH {first + 1}"), connection, transaction);
            await apart.ExecuteNonQueryAsync(cancellation);
        }
        foreach (var end in linked)
        {
            await using var skip = new NpgsqlCommand($"INSERT INTO {places.Schema}.sink_offset (topic, partition, next_offset) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", connection, transaction);
            skip.Parameters.Add(new NpgsqlParameter<string> { TypedValue = end.Topic });
            skip.Parameters.Add(new NpgsqlParameter<int> { TypedValue = end.Partition });
            skip.Parameters.Add(new NpgsqlParameter<long> { TypedValue = end.High });
            await skip.ExecuteNonQueryAsync(cancellation);
        }
        await using var done = new NpgsqlCommand($"UPDATE {places.Schema}.{RebuildPlaces.Mark} SET prepared = true", connection, transaction);
        await done.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
