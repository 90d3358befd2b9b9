using Google.Protobuf;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.ThreadLinker.Tests;

/// <summary>The stage on a real database, with the questions that tests ask of both.</summary>
internal sealed class Linker
{
    private readonly LinkConversations stage;
    private readonly TakeLeads leads;
    private long offset;

    public Linker(NpgsqlDataSource database, LeadOptions? options = null, LinkerMetrics? metrics = null)
    {
        Database = database;
        options ??= new LeadOptions();
        var directory = new PeopleDirectory(database, options, metrics);
        var records = new LinkedRecords(new OutputTopic<LinkedEvent>(new Topics().Linked, value => value.ToByteArray()));
        stage = new LinkConversations(directory, records);
        leads = new TakeLeads(directory, records, options);
    }

    public NpgsqlDataSource Database { get; }

    /// <summary>Runs the events as one batch.</summary>
    public async Task<IReadOnlyList<Outcome>> RunAsync(params IReadOnlyList<EnrichedEvent> events)
    {
        Input<EnrichedEvent>[] inputs = [.. events.Select(one => new Input<EnrichedEvent>(
            one, Topics.KeyOf(one.BusinessId), new Position("whatsapp.enriched.v1", 0, offset++), DateTimeOffset.UnixEpoch, null))];
        return await stage.RunAsync(new Batch<EnrichedEvent>(inputs, [new Position("whatsapp.enriched.v1", 0, offset)]), default);
    }

    /// <summary>Runs what a CRM says as one batch.</summary>
    public async Task<IReadOnlyList<Outcome>> TakeAsync(params IReadOnlyList<LeadGiven> given)
    {
        Input<LeadGiven>[] inputs = [.. given.Select(one => new Input<LeadGiven>(
            one, Topics.KeyOf(one.BusinessId), new Position("whatsapp.leads.v1", 0, offset++), Enriched.At(0), null))];
        return await leads.RunAsync(new Batch<LeadGiven>(inputs, [new Position("whatsapp.leads.v1", 0, offset)]), default);
    }

    /// <summary>Runs the events as one batch and reads back what was written to the topic.</summary>
    public async Task<IReadOnlyList<LinkedEvent>> LinkAsync(params IReadOnlyList<EnrichedEvent> events) => Written(await RunAsync(events));

    public static IReadOnlyList<LinkedEvent> Written(IEnumerable<Outcome> outcomes) =>
        [.. outcomes.OfType<Outcome.Emit>().SelectMany(emit => emit.Records).Select(record => LinkedEvent.Parser.ParseFrom(record.Value))];

    /// <summary>The first column of each row, as text.</summary>
    public async Task<string[]> ColumnAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await rows.ReadAsync()) values.Add(rows.IsDBNull(0) ? "null" : rows.GetValue(0).ToString()!);
        return [.. values];
    }

    public async Task<long> CountAsync(string from)
    {
        await using var command = Database.CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
