using Npgsql;
using Pipeline.Healing.Adopting;
using Pipeline.Servers;

namespace Pipeline.Healing.Tests.Adopting;

/// <summary>A database with an older layout in schema <c>older</c> and the product's tables in <c>whatsapp</c>.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly NpgsqlDataSource product;
    private readonly NpgsqlDataSource older;

    private Installation(NpgsqlDataSource product, NpgsqlDataSource older) => (this.product, this.older) = (product, older);

    public BackfillOptions Tables { get; set; } = new() { Schema = "older", ProductSchema = "whatsapp" };

    public NpgsqlDataSource Older => older;

    public NpgsqlDataSource Product => product;

    public static async Task<Installation> CreateAsync(PostgresFixture postgres, bool withTables = true)
    {
        var product = await postgres.MigratedDatabaseAsync();
        var older = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(product.ConnectionString) { SearchPath = "older", Options = "" });
        var installation = new Installation(product, older);
        await installation.RunAsync("CREATE SCHEMA older");
        if (withTables) await installation.RunAsync(OlderLayout.Sql);
        return installation;
    }

    /// <summary>Runs statements in the older schema.</summary>
    public async Task RunAsync(string sql)
    {
        await using var command = older.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Heals the older tables.</summary>
    public Task HealAsync() => new Backfill(older, Tables, TimeProvider.System).ExecuteAsync(default);

    /// <summary>Heals, then adopts.</summary>
    public async Task<AdoptionReport> AdoptAsync(bool autoLeads = true)
    {
        await HealAsync();
        return await new Adoption(older, new AdoptionOptions(Tables, autoLeads), TimeProvider.System).ExecuteAsync(default);
    }

    /// <summary>Rows of the product's tables, columns joined by a blank.</summary>
    public async Task<string[]> RowsAsync(string sql)
    {
        await using var connection = await older.OpenConnectionAsync();
        await using (var path = new NpgsqlCommand("SET search_path = whatsapp", connection)) await path.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await rows.ReadAsync()) found.Add(string.Join(' ', Enumerable.Range(0, rows.FieldCount).Select(column => rows.IsDBNull(column) ? "-" : rows.GetValue(column).ToString())));
        return [.. found];
    }

    /// <summary>Everything the product has stored, as text: to see that nothing has changed.</summary>
    public Task<string[]> DumpAsync() => RowsAsync("""
        SELECT 'business', b::text FROM business b UNION ALL SELECT 'person', p::text FROM person p UNION ALL SELECT 'identity', i::text FROM contact_identities i
        UNION ALL SELECT 'pair', s::text FROM stated_pair s UNION ALL SELECT 'conversation', c::text FROM whatsapp_conversation c
        UNION ALL SELECT 'alias', a::text FROM conversation_alias a UNION ALL SELECT 'message', m::text FROM whatsapp_message m ORDER BY 1, 2
        """);

    /// <summary>What the checks have found, but for what they should find.</summary>
    public async Task<string[]> FaultsAsync() =>
        [.. (await AdoptionChecks.RunAsync(older, Tables, default)).Where(check => check.Found > 0).Select(check => $"{check.What}: {check.Found}")];

    public async ValueTask DisposeAsync()
    {
        await older.DisposeAsync();
        await product.DisposeAsync();
    }
}
