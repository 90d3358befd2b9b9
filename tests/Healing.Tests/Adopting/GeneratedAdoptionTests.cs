using System.Diagnostics;
using Npgsql;
using Pipeline.Healing.Adopting;
using Pipeline.Healing.Generating;
using Pipeline.Servers;
using Xunit.Abstractions;

namespace Pipeline.Healing.Tests.Adopting;

/// <summary>A generated installation, healed and adopted: with a run that was never disturbed, and with one that broke off again and again.</summary>
[Collection(PostgresCollection.Name)]
public sealed class GeneratedAdoptionTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private static readonly GeneratedSize Size = new() { Conversations = 3000, Messages = 12_000, Businesses = 2, Seed = 7 };

    [Fact]
    public async Task A_run_that_breaks_off_again_and_again_ends_as_one_that_was_never_disturbed()
    {
        await using var whole = await GeneratedAsync();
        var begun = Stopwatch.GetTimestamp();
        var report = await new Adoption(whole.Older, new AdoptionOptions(whole.Tables), TimeProvider.System).ExecuteAsync(default);
        output.WriteLine($"{report.Leads} leads and {report.WithoutLead} people without one: {report.Created} made, {report.Identities} addresses, {report.Conversations} conversations; " +
            $"{report.Messages} messages: {report.MessagesWritten} written, {report.MessagesThere} there, {report.MessagesLeftOut} left out; {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
        Assert.Empty(await whole.FaultsAsync());
        Assert.Empty(report.Renumbered.Concat(report.LeftOut));
        Assert.Equal(["0"], await whole.RowsAsync("SELECT count(*) FROM older.leads l JOIN older.pipeline_backfill_lead k ON k.lead_id = l.id AND k.merged_into IS NULL LEFT JOIN person p ON p.business_id = l.business_id AND p.lead_id = l.id WHERE p.lead_id IS NULL"));

        await using var broken = await GeneratedAsync();
        var interruptions = 0;
        // Every run begins with what is there already, so each has to be given a little longer.
        for (var finished = false; !finished;) finished = await RunForAWhileAsync(broken, 2 + (3 * interruptions++));
        output.WriteLine($"broken off {interruptions - 1} times");

        Assert.True(interruptions > 3);
        Assert.Empty(await broken.FaultsAsync());
        Assert.Equal(await PortraitAsync(whole), await PortraitAsync(broken));
    }

    [Fact]
    public async Task Messages_before_and_after_are_the_same_and_a_second_run_changes_nothing()
    {
        await using var shop = await GeneratedAsync();
        var linked = long.Parse((await shop.RowsAsync("SELECT count(DISTINCT (conversation_id, message_id, from_me)) FROM older.whatsapp_message WHERE conversation_id IS NOT NULL"))[0]);
        await shop.AdoptAsync();
        var after = await shop.DumpAsync();

        Assert.Equal([linked.ToString()], await shop.RowsAsync("SELECT count(*) FROM whatsapp_message"));
        Assert.False((await shop.AdoptAsync()).ChangedAnything);
        Assert.Equal(after, await shop.DumpAsync());
    }

    // Dies after some transactions, half of the time with its connections cut in the middle of one.
    private static async Task<bool> RunForAWhileAsync(Installation shop, int reports)
    {
        var cut = reports % 2 == 0;
        try
        {
            await new Adoption(shop.Older, new AdoptionOptions(shop.Tables with { BatchSize = 500 }), TimeProvider.System, progress =>
            {
                if (--reports > 0) return;
                if (!cut) throw new OperationCanceledException();
                using var command = shop.Product.CreateCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()");
                command.ExecuteNonQuery();
            }).ExecuteAsync(default);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or NpgsqlException)
        {
            return false;
        }
    }

    private async Task<Installation> GeneratedAsync()
    {
        var shop = await Installation.CreateAsync(postgres, withTables: false);
        await new DatabaseGenerator(shop.Older).GenerateAsync("older", Size, default);
        await shop.HealAsync();
        return shop;
    }

    // Everything but the numbers of rows.
    private static Task<string[]> PortraitAsync(Installation shop) => shop.RowsAsync("""
        SELECT 'person', business_id::text, COALESCE(phone_e164, ''), owner, COALESCE(name, ''), CASE owner WHEN 'crm' THEN lead_id END::text, NULL FROM person
        UNION ALL SELECT 'identity', i.business_id::text, i.channel, i.external_id, p.owner, NULL, NULL FROM contact_identities i JOIN person p USING (business_id, lead_id)
        UNION ALL SELECT 'pair', business_id::text, channel, external_id, other_channel, other_id, phone_rank::text FROM stated_pair
        UNION ALL SELECT 'conversation', business_id::text, kind, message_count::text, unread_count::text, last_message_at::text, COALESCE(group_id, '') FROM whatsapp_conversation
        UNION ALL SELECT 'message', m.business_id::text, m.message_id, m.author_key, m.event_id::text, m.sent_at::text, c.message_count::text FROM whatsapp_message m JOIN whatsapp_conversation c ON c.id = m.conversation_id
        ORDER BY 1, 2, 3, 4, 5, 6, 7
        """);
}
