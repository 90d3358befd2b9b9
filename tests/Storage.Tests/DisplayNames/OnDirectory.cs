using Npgsql;
using Xunit;

namespace Pipeline.Storage.Tests.DisplayNames;

/// <summary>
/// Tests on a database of their own, with a directory in it: person 1 of business 7 is Dana, known by phone and LID; person 2 is known by
/// a LID alone.
/// </summary>
public abstract class OnDirectory(PostgresFixture postgres) : IAsyncLifetime
{
    private const string People = """
        INSERT INTO business VALUES (7, 100), (8, 100);
        INSERT INTO person (business_id, lead_id, phone_e164) VALUES (7, 1, '+972501234567'), (7, 2, NULL);
        INSERT INTO contact_identities (business_id, channel, external_id, lead_id, first_lead_id) VALUES
          (7, 'phone', '+972501234567', 1, 1), (7, 'whatsapp', '972501234567@s.whatsapp.net', 1, 1), (7, 'whatsapp', '82399031480511@lid', 1, 1),
          (7, 'whatsapp', '57102938465720@lid', 2, 2);
        INSERT INTO whatsapp_conversation (id, business_id, canonical_key, kind, lead_id, person_id, group_id, last_message_at) OVERRIDING SYSTEM VALUE VALUES
          (1, 7, 'lead:7:1', 'direct', 1, 1, NULL, '2025-10-09 08:00Z'), (2, 7, 'lead:7:2', 'direct', 2, 2, NULL, '2025-10-09 09:00Z'),
          (3, 7, 'group:7:120363000000000001', 'group', NULL, NULL, '120363000000000001', '2025-10-09 10:00Z');
        """;

    protected NpgsqlDataSource Database { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // As a reader has it, not a service.
        Database = Storage.Database.Open(await postgres.Server.CreateDatabaseAsync(), new PostgresOptions(), "tests");
        await Migrations.ApplyAsync(Database, "whatsapp", default);
        await ExecuteAsync(People);
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();

    protected async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    protected async Task<object?> ScalarAsync(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        var scalar = await command.ExecuteScalarAsync();
        return scalar is DBNull ? null : scalar;
    }

    protected async Task<string[]> ColumnAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await rows.ReadAsync()) texts.Add(await rows.IsDBNullAsync(0) ? "NULL" : Convert.ToString(rows.GetValue(0))!);
        return [.. texts];
    }

    /// <summary>A message in a conversation, at a second of that hour.</summary>
    protected Task SayAsync(int conversation, int second, string author, string? body, string more = "", string type = "text") => ExecuteAsync($"""
        INSERT INTO whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_source, author_source, type, body, sent_at)
        VALUES (7, {conversation}, 'M{second}', '{author}', gen_random_uuid(), {author == "business"}, 'none', 'none', '{type}', {(body is null ? "NULL" : $"'{body}'")},
                '2025-10-09 10:00:{second:00}Z');
        {(more.Length > 0 ? $"UPDATE whatsapp_message SET {more} WHERE message_id = 'M{second}' AND conversation_id = {conversation};" : "")}
        """);
}
