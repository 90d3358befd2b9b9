using System.Diagnostics;
using Pipeline.Healing.Generating;
using Pipeline.Servers;
using Xunit.Abstractions;

namespace Pipeline.Healing.Tests;

/// <summary>A database as big and as badly split as an installation's, healed and compared with the truth it was made from.</summary>
[Collection(PostgresCollection.Name)]
public class GeneratedDatabaseTests(PostgresFixture postgres, ITestOutputHelper output)
{
    [Fact]
    public async Task Fifty_thousand_conversations_are_healed_and_a_second_run_changes_nothing()
    {
        await using var older = await Older.WithoutTablesAsync(postgres);
        var generator = new DatabaseGenerator(older.Database);
        var watch = Stopwatch.StartNew();
        await generator.GenerateAsync(Older.Schema, new GeneratedSize(), default);
        var before = await generator.CountAsync(default);
        Assert.Equal((50_000, 7_500, 200_000), (before.Conversations, before.Duplicates, before.Messages));
        Assert.Equal(20, (int)Math.Round(100.0 * before.FakePhones / before.Leads));
        Assert.InRange(before.UnknownFakePhones, 1, before.FakePhones / 5);
        Say($"Healing 50 000 conversations: generated in {watch.Elapsed.TotalSeconds:0.0} s: {before}");

        watch.Restart();
        var report = await older.HealAsync();
        Say($"healed in {watch.Elapsed.TotalSeconds:0.0} s, {report.Passes} passes, {report.Retries} retries");
        Assert.True(report.NothingLeft && report.KeysAreUnique);

        var checks = await Checks.RunAsync(older.Database, default);
        foreach (var check in checks) Say($"{check.Count,10:N0}  {check.Name}");
        Assert.DoesNotContain(checks, check => check.Fails);
        var after = await generator.CountAsync(default);
        Assert.Equal(before.Messages, after.Messages);
        Assert.Equal(0, after.FakePhones);
        Say($"duplicates {100.0 * before.Duplicates / before.Conversations:0.0} % → 0, fake phones {100.0 * before.FakePhones / before.Leads:0.0} % → 0 ({before.UnknownFakePhones} without a mapping cleared and listed), messages {before.Messages:N0} = {after.Messages:N0}");

        var healed = await older.DumpAsync();
        watch.Restart();
        var second = await older.HealAsync();
        Say($"second run in {watch.Elapsed.TotalSeconds:0.0} s: {second.Changes} changes");
        Assert.Equal(0, second.Changes);
        Assert.Equal(healed, await older.DumpAsync());
    }

    [Fact]
    public async Task The_same_seed_generates_the_same_database()
    {
        var size = new GeneratedSize { Conversations = 500, Messages = 1_000, Seed = 7 };
        await using var one = await Older.WithoutTablesAsync(postgres);
        await using var other = await Older.WithoutTablesAsync(postgres);
        await new DatabaseGenerator(one.Database).GenerateAsync(Older.Schema, size, default);
        await new DatabaseGenerator(other.Database).GenerateAsync(Older.Schema, size, default);

        const string Sum = "SELECT md5(string_agg(customer_wa_id || coalesce(lead_id::text, '') || last_message_at, ',' ORDER BY id)) FROM whatsapp_conversation";
        Assert.Equal(await one.TextAsync(Sum), await other.TextAsync(Sum));
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Figures.Say(line);
    }
}
