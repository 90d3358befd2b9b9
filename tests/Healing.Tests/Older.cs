using Npgsql;
using Pipeline.Cli;
using Pipeline.Cli.Commands;
using Pipeline.Servers;
using Pipeline.Storage;

namespace Pipeline.Healing.Tests;

/// <summary>A database in the older layout, in a schema of its own beside the product's, and how tests fill, heal and read it.</summary>
internal sealed class Older : IAsyncDisposable
{
    public const string Schema = "older";

    /// <summary>The business's own number.</summary>
    public const string Own = "972525550100@s.whatsapp.net";

    private Older(string connectionString)
    {
        ConnectionString = connectionString;
        Database = Storage.Database.Open(connectionString, new PostgresOptions { Schema = Schema }, "tests");
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Database { get; }

    /// <summary>An empty one.</summary>
    public static async Task<Older> CreateAsync(PostgresFixture postgres)
    {
        var older = await WithoutTablesAsync(postgres);
        await older.RunAsync($"CREATE SCHEMA {Schema}; " + OlderLayout.Sql);
        return older;
    }

    /// <summary>A database with the product's tables alone.</summary>
    public static async Task<Older> WithoutTablesAsync(PostgresFixture postgres)
    {
        await using var product = await postgres.MigratedDatabaseAsync();
        var where = new NpgsqlConnectionStringBuilder(product.ConnectionString);
        return new Older($"Host={where.Host};Port={where.Port};Username={where.Username};Database={where.Database}");
    }

    public Task<long> LeadAsync(long business, string? phone) =>
        OneAsync("INSERT INTO leads (business_id, phone) VALUES ($1, $2) RETURNING id", business, phone);

    public Task<long> IdentityAsync(long business, long lead, string channel, string address) =>
        OneAsync("INSERT INTO contact_identities (business_id, lead_id, channel, external_id) VALUES ($1, $2, $3, $4) RETURNING id", business, lead, channel, address);

    /// <summary>A conversation; <paramref name="day"/> is the day of May 2026 of its newest message.</summary>
    public Task<long> ConversationAsync(long business, string address, int day = 1, long? lead = null, bool open = true) =>
        OneAsync("INSERT INTO whatsapp_conversation (business_id, customer_wa_id, lead_id, last_message_at, is_open) VALUES ($1, $2, $3, make_date(2026, 5, $4::int), $5) RETURNING id", business, address, lead, (long)day, open);

    public Task<long> ReceivedAsync(long business, string? from, string to = Own) => MessageAsync(business, false, from, to);

    public Task<long> SentAsync(long business, string to) => MessageAsync(business, true, Own, to);

    /// <summary>A pair in the product's LID table.</summary>
    public Task MappingAsync(long business, string lid, string phone, string grade = "strong") => RunAsync($"""
        INSERT INTO whatsapp.lid_mappings (business_id, lid, phone_e164, grade, source, first_seen, last_seen, event_id)
        VALUES ({business}, '{lid}', '{phone}', '{grade}', 'test', now(), now(), gen_random_uuid())
        """);

    public Task<BackfillReport> HealAsync(BackfillOptions? options = null) =>
        new Backfill(Database, (options ?? new BackfillOptions()) with { Schema = Schema }, TimeProvider.System).ExecuteAsync(default);

    /// <summary>Runs the command as an operator would.</summary>
    public async Task<(int Code, string Said)> CommandAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        var code = await CommandLine.RunAsync(["backfill", .. arguments, "--postgres", ConnectionString, "--schema", Schema], new Terminal(output, output, live: false));
        return (code, output.ToString());
    }

    public Task<string?> KeyAsync(long conversation) => TextAsync("SELECT canonical_key FROM whatsapp_conversation WHERE id = $1", conversation);

    public Task<string?> PhoneAsync(long lead) => TextAsync("SELECT phone FROM leads WHERE id = $1", lead);

    public Task<string?> FateAsync(long lead) => TextAsync("SELECT phone_fate FROM pipeline_backfill_lead WHERE lead_id = $1", lead);

    /// <summary>The conversation a message lies in; 0 when in none.</summary>
    public Task<long> ConversationOfAsync(long message) => OneAsync("SELECT COALESCE(conversation_id, 0) FROM whatsapp_message WHERE id = $1", message);

    /// <summary>The conversation this one was merged into; 0 when into none.</summary>
    public Task<long> MergedIntoAsync(long conversation) => OneAsync("SELECT COALESCE((SELECT merged_into FROM pipeline_backfill_conversation WHERE conversation_id = $1), 0)", conversation);

    /// <summary>Every check that a healed database has to pass.</summary>
    public async Task AssertHealedAsync() => Assert.DoesNotContain(await Checks.RunAsync(Database, default), check => check.Fails);

    /// <summary>Everything that counts, as text; not when rows were made and bookkeeping was written.</summary>
    public async Task<string> DumpAsync(bool withChanges = true)
    {
        var parts = new List<string>();
        foreach (var (table, columns, key) in (IEnumerable<(string, string, string)>)
        [
            ("leads", "*", "id"), ("contact_identities", "*", "id"), ("whatsapp_conversation", "id, business_id, customer_wa_id, canonical_key, lead_id, last_message_at, is_open, summary_created", "id"), ("whatsapp_message", "*", "id"),
            ("pipeline_backfill_lead", "lead_id, phone_e164, merged_into, phone_fate, old_phone, new_phone", "lead_id"), ("pipeline_backfill_conversation", "conversation_id, merged_into, canonical_key", "conversation_id"),
            ("pipeline_backfill_unlinked", "*", "message_row_id"), ("pipeline_backfill_key", "business_id, old_key, conversation_id", "old_key"),
            .. withChanges ? [("pipeline_backfill_change", "*", "id")] : Array.Empty<(string, string, string)>(),
        ])
        {
            parts.Add(table);
            await using var command = Database.CreateCommand($"SELECT t::text FROM (SELECT {columns} FROM {table} ORDER BY {key}) t");
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync()) parts.Add(rows.GetString(0));
        }
        return string.Join('\n', parts);
    }

    public async Task RunAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> OneAsync(string sql, params object?[] values)
    {
        await using var command = Command(sql, values);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<string?> TextAsync(string sql, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync() as string;
    }

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();

    private Task<long> MessageAsync(long business, bool fromMe, string? from, string to) => OneAsync(
        "INSERT INTO whatsapp_message (business_id, message_id, from_me, from_number, to_number, type, body) VALUES ($1, 'A', $2, $3, $4, 'text', 'Hello') RETURNING id", business, fromMe, from, to);

    private NpgsqlCommand Command(string sql, object?[] values)
    {
        var command = Database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value switch
            {
                long number => new NpgsqlParameter<long> { TypedValue = number },
                bool yes => new NpgsqlParameter<bool> { TypedValue = yes },
                string text => new NpgsqlParameter<string> { TypedValue = text },
                _ => new NpgsqlParameter { Value = DBNull.Value },
            });
        }
        return command;
    }
}
