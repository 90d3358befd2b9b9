using Pipeline.Healing.Generating;
using Pipeline.Servers;

namespace Pipeline.Healing.Tests;

/// <summary>The statements that the manual gives for taking everything back.</summary>
[Collection(PostgresCollection.Name)]
public class UndoTests(PostgresFixture postgres)
{
    private const string Rows = """
        SELECT md5((SELECT string_agg(t::text, ',' ORDER BY id) FROM leads t) || (SELECT string_agg(t::text, ',' ORDER BY id) FROM contact_identities t)
                || (SELECT string_agg(t::text, ',' ORDER BY id) FROM whatsapp_conversation t) || (SELECT string_agg(t::text, ',' ORDER BY id) FROM whatsapp_message t))
        """;

    [Fact]
    public async Task The_manuals_statements_put_everything_back()
    {
        await using var older = await Older.WithoutTablesAsync(postgres);
        await new DatabaseGenerator(older.Database).GenerateAsync(Older.Schema, new GeneratedSize { Conversations = 1_000, Messages = 2_000 }, default);
        var before = await older.TextAsync(Rows);
        await older.HealAsync();
        Assert.NotEqual(before, await older.TextAsync(Rows));

        var manual = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "operations.md"));
        await older.RunAsync(manual.Split("## Undo")[1].Split("```sql")[1].Split("```")[0]);

        Assert.Equal(before, await older.TextAsync(Rows));
    }
}
