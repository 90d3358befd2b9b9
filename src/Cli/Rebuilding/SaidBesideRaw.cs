using System.Globalization;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Resolver;
using Pipeline.Streaming;

namespace Pipeline.Cli.Rebuilding;

/// <summary>
/// What the live LID table knows and <c>raw</c> cannot tell (any more), because an endpoint said so or the event is gone. The rebuild's
/// Resolver is told all of it, with its own weight and time, whether or not it would have asked: whom it asks depends on what else came in
/// the same batch, and a pair that is not stated joins nobody.
/// </summary>
internal sealed class SaidBesideRaw
{
    private readonly NpgsqlDataSource database;
    private readonly RebuildPlaces places;
    private readonly string statements;

    /// <param name="database">Where the tables are.</param>
    /// <param name="places">Which these are.</param>
    /// <param name="raw">What <c>raw</c> still holds.</param>
    public SaidBesideRaw(NpgsqlDataSource database, RebuildPlaces places, IReadOnlyList<PartitionLag> raw)
    {
        (this.database, this.places) = (database, places);
        var firsts = string.Join(", ", raw.Select(lag => string.Create(CultureInfo.InvariantCulture, $"({lag.Partition}, {lag.Low}::bigint)")));
        const string columns = "business_id, lid, phone_e164, grade, source, first_seen, last_seen, event_id, raw_partition, raw_offset";
        statements = $"""
            SELECT said.* FROM (SELECT {columns} FROM {places.LiveSchema}.lid_mappings UNION ALL SELECT {columns} FROM {places.LiveSchema}.lid_mapping_history) said
              LEFT JOIN (VALUES {firsts}) AS first (partition, low) ON first.partition = said.raw_partition
             WHERE said.source = 'endpoint' OR said.raw_offset IS NULL OR said.raw_offset < first.low
            """;
    }

    /// <summary>Tells it, as soon as the Resolver works. Telling it again changes nothing.</summary>
    /// <param name="resolver">The rebuild's.</param>
    /// <param name="pauseAsync">Waits a little.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task TellAsync(WebApplication resolver, Func<Task> pauseAsync, CancellationToken cancellation)
    {
        var loop = resolver.Services.GetRequiredService<StageLoop<RawEvent>>();
        while (loop.Tenure is null) await pauseAsync();
        var answers = resolver.Services.GetRequiredService<EndpointAnswers>();
        await using var command = database.CreateCommand(statements);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            if (!Lid.TryParse(rows.GetString(1), out var lid) || PhoneNumber.FromE164(rows.GetString(2)) is not { } phone) continue;
            var key = new LidKey(rows.GetInt64(0), lid);
            // What the endpoint said once may have been confirmed since by what lies on raw and says so again.
            var at = rows.GetFieldValue<DateTimeOffset>(rows.GetString(4) == "endpoint" ? 5 : 6);
            RawPlace? place = rows.IsDBNull(8) || rows.IsDBNull(9) ? null : new RawPlace(rows.GetInt32(8), rows.GetInt64(9));
            var seen = new LidObservation(phone, GradeWords.Of(rows.GetString(3)), rows.GetString(4), at, rows.GetGuid(7), place);
            answers.Remember(key, new EventOrigin(key.BusinessId, "baileys", "", seen.EventId, at, place ?? new RawPlace(-1, -1)), seen);
        }
    }

    /// <summary>How many of them do not stand in the rebuild's table yet.</summary>
    public async Task<long> CountUnheardAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"""
            SELECT count(*) FROM ({statements}) s
             WHERE NOT EXISTS (SELECT FROM {places.Schema}.lid_mappings m WHERE m.business_id = s.business_id AND m.lid = s.lid AND m.phone_e164 = s.phone_e164)
               AND NOT EXISTS (SELECT FROM {places.Schema}.lid_mapping_history h WHERE h.business_id = s.business_id AND h.lid = s.lid AND h.phone_e164 = s.phone_e164)
            """);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
