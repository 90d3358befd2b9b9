using System.Globalization;
using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Streaming;

namespace Pipeline.Cli.Rebuilding;

/// <summary>What a rebuild has to know of the live tables.</summary>
internal static class LiveTables
{
    /// <summary>The tables that grow with the traffic. Postgres is told of a rebuild's when it is full, so that its first readers find good plans.</summary>
    public static readonly string[] Large =
        ["whatsapp_message", "whatsapp_message_update", "whatsapp_conversation", "person", "contact_identities", "stated_pair", "known_name", "lid_mappings"];

    /// <summary>The places of a rebuild of the installation that the tools belong to.</summary>
    public static RebuildPlaces PlacesOf(this OperatingTools tools, string name) =>
        RebuildPlaces.Of(name, tools.Postgres.Schema, tools.Names.Prefix, tools.Names.GroupSuffix);

    /// <summary>They are there.</summary>
    /// <exception cref="PipelineException">They are not, or Postgres is not.</exception>
    public static async Task RequireAsync(NpgsqlDataSource database, RebuildPlaces places, CancellationToken cancellation)
    {
        try
        {
            await using var look = database.CreateCommand("SELECT to_regclass($1 || '.whatsapp_message') IS NOT NULL");
            look.Parameters.Add(new NpgsqlParameter<string> { TypedValue = places.LiveSchema });
            if (await look.ExecuteScalarAsync(cancellation) is true) return;
        }
        catch (NpgsqlException fault) when (fault is not PostgresException)
        {
            throw new PipelineException($"Postgres: {fault.Message}", "Is it running, and does --postgres (ConnectionStrings__Postgres) name it?", inner: fault);
        }
        throw new PipelineException($"There are no live tables in the schema '{places.LiveSchema}'.", "Does --schema (Postgres__Schema) name it?");
    }

    /// <summary>The rebuild is there and has been begun in earnest.</summary>
    /// <exception cref="PipelineException">It is not.</exception>
    public static async Task RequireRebuildAsync(OperatingTools tools, NpgsqlDataSource database, RebuildPlaces places, Terminal terminal, CancellationToken cancellation)
    {
        await RequireAsync(database, places, cancellation);
        if (await new Preparation(tools, places, database, terminal).ReadAsync(cancellation) is not { IsPrepared: true })
            throw new PipelineException($"There is no rebuild '{places.Name}'.", $"./pipeline replay --into {places.Name} makes it.");
    }

    /// <summary>How many live messages lie before what <c>raw</c> still holds, or came from elsewhere.</summary>
    public static async Task<long> CountOlderAsync(NpgsqlDataSource database, RebuildPlaces places, IReadOnlyList<PartitionLag> raw, CancellationToken cancellation)
    {
        var firsts = string.Join(", ", raw.Select(lag => string.Create(CultureInfo.InvariantCulture, $"({lag.Partition}, {lag.Low}::bigint)")));
        await using var count = database.CreateCommand($"""
            SELECT count(*) FROM {places.LiveSchema}.whatsapp_message m LEFT JOIN (VALUES {firsts}) AS first (partition, low) ON first.partition = m.raw_partition
             WHERE m.raw_offset IS NULL OR m.raw_offset < first.low
            """);
        return (long)(await count.ExecuteScalarAsync(cancellation))!;
    }
}
