using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Npgsql;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Cli.Rebuilding;

/// <summary>
/// The resolve endpoint of a rebuild: a server on loopback that answers with what the live table knows and <c>raw</c> cannot tell (any
/// more), because an endpoint said so or the event is gone. It says since when, so that the answer weighs what it weighed the first time.
/// </summary>
internal sealed class LiveAnswers : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly NpgsqlDataSource database;
    private readonly RebuildPlaces places;
    private readonly string answer;

    private LiveAnswers(WebApplication app, NpgsqlDataSource database, RebuildPlaces places, IReadOnlyList<PartitionLag> raw)
    {
        (this.app, this.database, this.places) = (app, database, places);
        var firsts = string.Join(", ", raw.Select(lag => string.Create(CultureInfo.InvariantCulture, $"({lag.Partition}, {lag.Low}::bigint)")).DefaultIfEmpty("(-1, 0::bigint)"));
        answer = $"""
            SELECT said.phone_e164::text AS phone, CASE WHEN said.source = 'endpoint' THEN said.first_seen ELSE said.last_seen END AS at
              FROM (SELECT * FROM {Statements("lid_mappings")} UNION ALL SELECT * FROM {Statements("lid_mapping_history")}) said
              LEFT JOIN (VALUES {firsts}) AS first (partition, low) ON first.partition = said.raw_partition
             WHERE (said.source = 'endpoint' OR said.raw_offset IS NULL OR said.raw_offset < first.low)
               AND NOT EXISTS (SELECT FROM {places.LiveSchema}.denied_pair d
                                WHERE d.business_id = said.business_id AND d.lid = said.lid AND d.phone_e164 = said.phone_e164 AND d.denied)
             ORDER BY said.last_seen DESC LIMIT 1
            """;

        string Statements(string table) =>
            $"(SELECT business_id, lid, phone_e164, source, first_seen, last_seen, raw_partition, raw_offset FROM {places.LiveSchema}.{table} WHERE business_id = asked.business_id AND lid = asked.lid) {table}";
    }

    /// <summary>Base address, for <c>Resolver:EndpointUrl</c>.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Starts it.</summary>
    /// <param name="database">Where the live tables are.</param>
    /// <param name="places">Which these are.</param>
    /// <param name="raw">What <c>raw</c> still holds.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LiveAnswers> StartAsync(NpgsqlDataSource database, RebuildPlaces places, IReadOnlyList<PartitionLag> raw, CancellationToken cancellation)
    {
        // The folder of the program, not the user's current one: settings files that lie about there are none of our business.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var answers = new LiveAnswers(builder.Build(), database, places, raw);
        answers.app.MapGet("/internal/resolve-jid", (string jid, long tenantId, CancellationToken aborted) => answers.AnswerAsync(jid, tenantId, aborted));
        await answers.app.StartAsync(cancellation);
        answers.Url = answers.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return answers;
    }

    /// <summary>How many LIDs of the rebuild still wait for an answer that is here.</summary>
    public async Task<long> CountUnaskedAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"SELECT count(*) FROM {places.Schema}.lid_parked asked CROSS JOIN LATERAL ({answer}) a WHERE asked.asked_at IS NULL");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> AnswerAsync(string jid, long business, CancellationToken cancellation)
    {
        if (!Lid.TryParse(jid.Split('@')[0], out var lid)) return Microsoft.AspNetCore.Http.Results.NotFound();
        await using var command = database.CreateCommand($"SELECT a.* FROM (VALUES ($1::bigint, $2::text)) AS asked (business_id, lid) CROSS JOIN LATERAL ({answer}) a");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = business });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = lid.Digits });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        if (!await rows.ReadAsync(cancellation)) return Microsoft.AspNetCore.Http.Results.NotFound();
        return Microsoft.AspNetCore.Http.Results.Json(new { phone_e164 = rows.GetString(0), source = "live", lid = lid.Digits, seen_at = rows.GetFieldValue<DateTimeOffset>(1) });
    }
}
