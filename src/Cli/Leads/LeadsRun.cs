using System.Text.Json;
using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Leads;

/// <summary>Gives leads to the pipeline: checks them, writes them to the topic, and waits on request until the directory has them.</summary>
internal sealed class LeadsRun(Terminal terminal, TimeProvider clock)
{
    private const string EventType = "whatsapp.lead.given.v1";
    private const int AtOnce = 500;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private const string Known = """
        SELECT count(*)
          FROM unnest($1::bigint[], $2::text[]) AS k (business_id, external_id)
          JOIN contact_identities i ON i.business_id = k.business_id AND i.channel = 'crm' AND i.external_id = k.external_id
        """;

    /// <summary>Gives them.</summary>
    /// <param name="lines">The leads with the numbers of their lines; a line that cannot be read throws <see cref="JsonException"/> when it is asked for.</param>
    /// <param name="wait">How long to wait until the directory has them; null not at all.</param>
    /// <param name="tools">Kafka, the registry and Postgres.</param>
    /// <param name="cancellation">Ends it between two writes.</param>
    /// <returns>The exit code: 1 when a lead was refused.</returns>
    public async Task<int> UpsertAsync(IEnumerable<(long Number, Func<LeadLine> Read)> lines, TimeSpan? wait, OperatingTools tools, CancellationToken cancellation)
    {
        var topic = await TopicWriter<LeadGiven>.OpenAsync(tools, tools.Topics.Leads, cancellation);
        var given = new HashSet<(long Business, string ExternalId)>();
        var (written, refused) = (0L, 0L);
        foreach (var chunk in lines.Chunk(AtOnce))
        {
            var records = new List<Output>(chunk.Length);
            foreach (var (number, read) in chunk)
            {
                var (lead, id, at, fault) = Check(read);
                if (lead is null)
                {
                    refused++;
                    terminal.Complain($"line {number}: {fault}");
                    continue;
                }
                records.Add(topic.Record(lead, id, EventType, lead.BusinessId, at));
                given.Add((lead.BusinessId, lead.ExternalId.Trim()));
            }
            await topic.WriteAsync(records, cancellation);
            written += records.Count;
            if (terminal.Live && written >= AtOnce) terminal.Say($"{written:N0} written");
        }

        terminal.Say($"{written:N0} {(written == 1 ? "lead" : "leads")} written to {tools.Topics.Leads.Name}{(refused > 0 ? $", {refused:N0} refused" : "")}.");
        if (wait is { } patience && given.Count > 0) await WaitAsync([.. given], patience, tools, cancellation);
        return refused > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    private (LeadGiven? Lead, Guid EventId, DateTimeOffset At, string? Fault) Check(Func<LeadLine> read)
    {
        try
        {
            return read().Check(clock.GetUtcNow());
        }
        catch (JsonException broken)
        {
            return (null, default, default, $"Not a lead: {broken.Message}");
        }
    }

    private async Task WaitAsync((long Business, string ExternalId)[] given, TimeSpan patience, OperatingTools tools, CancellationToken cancellation)
    {
        await using var database = tools.OpenDatabase();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        using var pace = new PeriodicTimer(LookEvery, clock);
        var known = 0L;
        try
        {
            while (true)
            {
                await using var command = database.CreateCommand(Known);
                command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = Array.ConvertAll(given, one => one.Business) });
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Array.ConvertAll(given, one => one.ExternalId) });
                known = (long)(await command.ExecuteScalarAsync(limit.Token))!;
                if (known == given.Length) break;
                await pace.WaitForNextTickAsync(limit.Token);
            }
            terminal.Say($"The directory knows {(known == 1 ? "it" : $"all {known:N0}")}.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PipelineException(
                $"The directory knows {known:N0} of {given.Length:N0} after {patience.TotalSeconds} s.",
                $"Nothing is lost: they lie on {tools.Topics.Leads.Name}, and what cannot be taken goes to {tools.Topics.Leads.DeadLetters} with the reason. Does the ThreadLinker run?");
        }
        catch (NpgsqlException fault)
        {
            throw new PipelineException($"Postgres: {fault.Message}", "The leads are written. Is it running, and does --postgres (ConnectionStrings__Postgres) name it?", inner: fault);
        }
    }
}
