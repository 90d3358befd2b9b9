using Npgsql;
using Pipeline.Healing.Generating;
using Pipeline.Servers;

namespace Pipeline.Healing.Tests;

/// <summary>The installation goes on working while it is healed.</summary>
[Collection(PostgresCollection.Name)]
public class LiveTrafficTests(PostgresFixture postgres)
{
    [Fact]
    public async Task What_live_traffic_adds_and_changes_during_the_run_is_taken_along()
    {
        await using var older = await Older.WithoutTablesAsync(postgres);
        await new DatabaseGenerator(older.Database).GenerateAsync(Older.Schema, new GeneratedSize { Conversations = 4_000, Messages = 8_000, Seed = 5 }, default);
        var before = await older.OneAsync("SELECT count(*) FROM whatsapp_message");

        var written = 0;
        using var ending = new CancellationTokenSource();
        var traffic = Task.Run(async () =>
        {
            for (var i = 0; !ending.IsCancellationRequested; i++)
            {
                // A known person writes, a new one writes, a duplicate comes into being, and rows are locked in another order than ours.
                await older.ReceivedAsync(1, $"97250{1_000_000 + i}@s.whatsapp.net");
                await older.ConversationAsync(1, $"97250{1_000_000 + i}@c.us");
                if (i % 3 == 0) await older.ConversationAsync(1, $"97250{1_000_000 + i}:2@s.whatsapp.net");
                await older.RunAsync("UPDATE whatsapp_conversation SET last_message_at = now() WHERE id IN (SELECT id FROM whatsapp_conversation ORDER BY random() LIMIT 20)");
                Interlocked.Increment(ref written);
            }
        });
        while (Volatile.Read(ref written) < 3) await Task.Delay(1);
        var during = await older.HealAsync(new BackfillOptions { BatchSize = 100 });
        await ending.CancelAsync();
        await traffic;
        Assert.True(during.ConversationsMerged > 500);

        var last = await older.HealAsync();

        Assert.True(last.NothingLeft && last.KeysAreUnique);
        await older.AssertHealedAsync();
        Assert.Equal(before + written, await older.OneAsync("SELECT count(*) FROM whatsapp_message"));
    }

    [Fact]
    public async Task A_row_that_somebody_holds_for_a_while_is_waited_for()
    {
        await using var older = await Older.CreateAsync(postgres);
        var conversation = await older.ConversationAsync(1, "972501234567@s.whatsapp.net");
        await older.HealAsync(new BackfillOptions { SkipBackfill = true });
        await using var holder = await older.Database.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand($"SELECT FROM whatsapp_conversation WHERE id = {conversation} FOR UPDATE", holder)) await hold.ExecuteNonQueryAsync();

        var healing = older.HealAsync();
        while (await older.OneAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") == 0) await Task.Delay(5);
        // Longer than a statement may wait for a lock: the transaction has to begin again.
        while (await older.OneAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") > 0) await Task.Delay(5);
        await transaction.RollbackAsync();

        Assert.True((await healing).Retries > 0);
        Assert.Equal("phone:1:+972501234567", await older.KeyAsync(conversation));
    }

    [Fact]
    public async Task Two_backfills_never_run_at_once()
    {
        await using var older = await Older.CreateAsync(postgres);
        await older.ConversationAsync(1, "972501234567@s.whatsapp.net");

        var both = await Task.WhenAll(older.HealAsync(), older.HealAsync());

        Assert.Equal(1, both.Count(report => report.Changes == 0));
    }
}
