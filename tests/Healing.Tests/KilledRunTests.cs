using Pipeline.Cli.Embedded;
using Pipeline.Healing.Generating;
using Pipeline.Servers;
using Xunit.Abstractions;

namespace Pipeline.Healing.Tests;

/// <summary>A run is killed as by a power cut, three times, each time somewhere else; the next one goes on to the same end.</summary>
[Collection(PostgresCollection.Name)]
public class KilledRunTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private static readonly GeneratedSize Size = new() { Conversations = 6_000, Messages = 24_000, Seed = 3 };

    // What has to be seen in the database before the kill: leads half done, keys half filled, messages half linked.
    private static readonly (string Step, string Question)[] Kills =
    [
        ("leads", "SELECT count(*) FROM pipeline_backfill_change WHERE table_name = 'leads'"),
        ("conversations", "SELECT count(*) FROM whatsapp_conversation WHERE canonical_key IS NOT NULL"),
        ("messages", "SELECT count(*) FROM whatsapp_message WHERE conversation_id IS NOT NULL"),
    ];

    [Fact]
    public async Task Killed_three_times_and_resumed_it_ends_as_a_run_that_nothing_disturbed()
    {
        await using var undisturbed = await GenerateAsync();
        await undisturbed.HealAsync();

        await using var older = await GenerateAsync();
        await using var guardian = new Guardian();
        var folder = Directory.CreateTempSubdirectory("pipeline-healing-");
        foreach (var (step, question) in Kills)
        {
            await using var run = ChildProcess.Start("backfill", Path.Combine(folder.FullName, "log"), guardian, "TERM",
            [
                "dotnet", typeof(Pipeline.Cli.Commands.CommandLine).Assembly.Location, "backfill", "--execute", "--batch-size", "20", "--schema", Older.Schema, "--postgres", older.ConnectionString,
            ]);
            var before = await CountAsync(older, question);
            while (await CountAsync(older, question) < before + 100)
            {
                Assert.False(run.Ended.IsCompleted, $"It ended before it could be killed: {run.LastLines()}");
                await Task.Delay(5);
            }
            Assert.True(Signal.Send(run.Id, Signal.Kill));
            Assert.Equal(128 + Signal.Kill, await run.Ended);
            output.WriteLine($"killed in the middle of {step}: {await CountAsync(older, question)} rows there; {await older.OneAsync("SELECT count(*) FROM whatsapp_message WHERE conversation_id IS NULL")} messages still without a conversation");
        }
        Assert.NotEqual(0, await older.OneAsync("SELECT count(*) FROM whatsapp_message WHERE conversation_id IS NULL"));

        var (code, said) = await older.CommandAsync("--execute");
        output.WriteLine(said);
        Assert.Equal(0, code);

        Assert.Equal(await undisturbed.DumpAsync(withChanges: false), await older.DumpAsync(withChanges: false));
        await older.AssertHealedAsync();
        Figures.Say("Killed by SIGKILL in the midst of leads, keys and messages, and resumed: the same tables as an undisturbed run.");
        folder.Delete(recursive: true);
    }

    private async Task<Older> GenerateAsync()
    {
        var older = await Older.WithoutTablesAsync(postgres);
        await new DatabaseGenerator(older.Database).GenerateAsync(Older.Schema, Size, default);
        return older;
    }

    // The column the question asks for may not be there yet.
    private static async Task<long> CountAsync(Older older, string question)
    {
        try
        {
            return await older.OneAsync(question);
        }
        catch (Npgsql.PostgresException early) when (early.SqlState == Npgsql.PostgresErrorCodes.UndefinedColumn)
        {
            return 0;
        }
    }
}
