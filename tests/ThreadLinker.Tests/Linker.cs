using Google.Protobuf;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.ThreadLinker.Tests;

/// <summary>The stage on a real database, with the questions that tests ask of both.</summary>
internal sealed class Linker(NpgsqlDataSource database)
{
    private readonly LinkConversations stage = new(database, new LinkedRecords(new OutputTopic<LinkedEvent>(new Topics().Linked, value => value.ToByteArray())));
    private long offset;

    public NpgsqlDataSource Database => database;

    /// <summary>Runs the events as one batch.</summary>
    public async Task<IReadOnlyList<Outcome>> RunAsync(params IReadOnlyList<EnrichedEvent> events)
    {
        Input<EnrichedEvent>[] inputs = [.. events.Select(one => new Input<EnrichedEvent>(
            one, Topics.KeyOf(one.BusinessId), new Position("whatsapp.enriched.v1", 0, offset++), DateTimeOffset.UnixEpoch, null))];
        return await stage.RunAsync(new Batch<EnrichedEvent>(inputs, [new Position("whatsapp.enriched.v1", 0, offset)]), default);
    }

    /// <summary>Runs the events as one batch and reads back what was written to the topic.</summary>
    public async Task<IReadOnlyList<LinkedEvent>> LinkAsync(params IReadOnlyList<EnrichedEvent> events) => Written(await RunAsync(events));

    public static IReadOnlyList<LinkedEvent> Written(IEnumerable<Outcome> outcomes) =>
        [.. outcomes.OfType<Outcome.Emit>().SelectMany(emit => emit.Records).Select(record => LinkedEvent.Parser.ParseFrom(record.Value))];

    /// <summary>The first column of each row, as text.</summary>
    public async Task<string[]> ColumnAsync(string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await rows.ReadAsync()) values.Add(rows.IsDBNull(0) ? "null" : rows.GetValue(0).ToString()!);
        return [.. values];
    }

    public async Task<long> CountAsync(string from)
    {
        await using var command = database.CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
