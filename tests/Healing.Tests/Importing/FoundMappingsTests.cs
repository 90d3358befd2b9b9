using Pipeline.Healing.Importing;
using Pipeline.Healing.Tests.Adopting;
using Pipeline.Servers;

namespace Pipeline.Healing.Tests.Importing;

[Collection(PostgresCollection.Name)]
public sealed class FoundMappingsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task The_pairs_of_an_export_heal_the_older_tables_in_the_next_backfill()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync("""
            INSERT INTO whatsapp_conversation (business_id, customer_wa_id, last_message_at) VALUES
              (1, '972501234567@s.whatsapp.net', '2025-03-01Z'), (1, '82399031480511@lid', '2025-03-02Z');
            """);
        var found = MergeList.Of(Exports.Waha("""[{"lid":"82399031480511@lid","pn":"972501234567@c.us"}]"""));

        Assert.Equal(1, await FoundMappings.WriteAsync(shop.Older, 1, ExportSource.Waha, found, default));
        Assert.Equal(0, await FoundMappings.WriteAsync(shop.Older, 1, ExportSource.Waha, found, default));
        await shop.HealAsync();

        Assert.Equal(["phone:1:+972501234567"], await shop.RowsAsync("SELECT canonical_key FROM older.whatsapp_conversation WHERE canonical_key IS NOT NULL"));
    }
}
