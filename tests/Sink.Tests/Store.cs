using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Sink.Tests;

/// <summary>The stage on a real database, with the questions that tests ask of it.</summary>
internal sealed class Store(NpgsqlDataSource database)
{
    public const string Topic = "whatsapp.linked.v1";

    private long offset;

    public NpgsqlDataSource Database => database;

    public StoreConversations Stage { get; } = NewStage(database);

    public static StoreConversations NewStage(NpgsqlDataSource database) =>
        new(database, new SinkMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>()));

    /// <summary>Runs the events as one batch of partition 0.</summary>
    public async Task<IReadOnlyList<Outcome>> RunAsync(params IReadOnlyList<LinkedEvent> events)
    {
        var batch = BatchOf(events, offset);
        offset += events.Count;
        return await Stage.RunAsync(batch, default);
    }

    /// <summary>A batch of partition 0 that begins at an offset.</summary>
    public static Batch<LinkedEvent> BatchOf(IReadOnlyList<LinkedEvent> events, long from) => new(
        [.. events.Select((one, at) => new Input<LinkedEvent>(one, Topics.KeyOf(one.BusinessId), new Position(Topic, 0, from + at), DateTimeOffset.UnixEpoch, null))],
        [new Position(Topic, 0, from + events.Count)]);

    /// <summary>What the ThreadLinker does: a lead with its conversation.</summary>
    /// <returns>The conversation's id.</returns>
    public async Task<long> ConversationAsync(long business = Linked.Business) => (long)(await ScalarAsync($"""
        WITH b AS (INSERT INTO business VALUES ({business}, 2) ON CONFLICT (business_id) DO UPDATE SET next_lead_id = business.next_lead_id + 1 RETURNING next_lead_id - 1 AS lead),
             l AS (INSERT INTO leads (business_id, lead_id) SELECT {business}, lead FROM b)
        INSERT INTO whatsapp_conversation (business_id, canonical_key, kind, lead_id, person_id) SELECT {business}, 'lead:{business}:' || lead, 'direct', lead, lead FROM b RETURNING id
        """))!;

    /// <summary>The conversation of a group.</summary>
    public async Task<long> GroupAsync() => (long)(await ScalarAsync(
        "INSERT INTO whatsapp_conversation (business_id, canonical_key, kind, group_id) VALUES (7, 'group:7:120363', 'group', '120363') RETURNING id"))!;

    /// <summary>What the ThreadLinker does before it announces a merge.</summary>
    public Task MergeAsync(long absorbed, long survivor) =>
        ScalarAsync($"UPDATE whatsapp_conversation SET merged_into = {survivor} WHERE id = {absorbed} OR merged_into = {absorbed}");

    /// <summary>What the ThreadLinker does for somebody who writes from an address: a person who has it, with a conversation.</summary>
    /// <returns>The conversation's id.</returns>
    public async Task<long> PersonAsync(params string[] addresses)
    {
        var conversation = await ConversationAsync();
        foreach (var address in addresses)
            await ScalarAsync($"""
                INSERT INTO contact_identities (business_id, channel, external_id, lead_id, first_lead_id)
                SELECT 7, '{(address.StartsWith('+') ? "phone" : "whatsapp")}', '{address}', person_id, person_id FROM whatsapp_conversation WHERE id = {conversation}
                    ON CONFLICT (business_id, channel, external_id) DO UPDATE SET lead_id = EXCLUDED.lead_id
                """);
        return conversation;
    }

    /// <summary>What Resolver and ThreadLinker do before a split is announced.</summary>
    public Task SplitAsync(string lid, string phone, params long[] conversations) => ScalarAsync($"""
        WITH d AS (INSERT INTO denied_pair VALUES (7, '{lid}', '{phone}', true, now(), gen_random_uuid()))
        UPDATE whatsapp_conversation SET split_at = now(), merged_into = NULL WHERE id IN ({string.Join(", ", conversations)})
        """);

    /// <summary>What the Resolver does when a LID's phone is stated.</summary>
    public Task MappingAsync(string lid, string phone, string grade = "strong", long business = Linked.Business) => ScalarAsync($"""
        INSERT INTO lid_mappings (business_id, lid, phone_e164, grade, source, first_seen, last_seen, event_id)
        VALUES ({business}, '{lid}', '{phone}', '{grade}', 'key.remoteJidAlt', now(), now(), gen_random_uuid())
            ON CONFLICT (business_id, lid) DO UPDATE SET phone_e164 = EXCLUDED.phone_e164, grade = EXCLUDED.grade
        """);

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>The rows, their columns separated by a blank and a bar, unknowns as <c>-</c>.</summary>
    public async Task<string[]> RowsAsync(string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await rows.ReadAsync())
            lines.Add(string.Join(" | ", Enumerable.Range(0, rows.FieldCount).Select(column => rows.IsDBNull(column) ? "-" : Text(rows.GetValue(column)))));
        return [.. lines];
    }

    private static string Text(object value) => value is DateTime time ? $"{(time - Linked.At(0)).TotalSeconds}s" : value.ToString()!;
}
