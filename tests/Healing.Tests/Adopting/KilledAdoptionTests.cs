using Pipeline.Cli.Embedded;
using Pipeline.Healing.Generating;
using Pipeline.Servers;
using Xunit.Abstractions;

namespace Pipeline.Healing.Tests.Adopting;

/// <summary>Adopting is killed as by a power cut, among the people and among the messages; the next run goes on to the same end.</summary>
[Collection(PostgresCollection.Name)]
public sealed class KilledAdoptionTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private static readonly GeneratedSize Size = new() { Conversations = 3000, Messages = 12_000, Businesses = 2, Seed = 7 };

    private static readonly string[] Kills = ["whatsapp.person", "whatsapp.whatsapp_conversation", "whatsapp.whatsapp_message"];

    [Fact]
    public async Task Killed_three_times_and_resumed_nothing_is_missing_and_nothing_is_there_twice()
    {
        await using var older = await Older.WithoutTablesAsync(postgres);
        await new DatabaseGenerator(older.Database).GenerateAsync(Older.Schema, Size, default);
        await older.HealAsync();
        await using var guardian = new Guardian();
        var folder = Directory.CreateTempSubdirectory("pipeline-adopting-");
        foreach (var table in Kills)
        {
            await using var run = ChildProcess.Start("adopt", Path.Combine(folder.FullName, "log"), guardian, "TERM",
            [
                "dotnet", typeof(Pipeline.Cli.Commands.CommandLine).Assembly.Location, "backfill", "--adopt", "--execute", "--batch-size", "20", "--schema", Older.Schema, "--postgres", older.ConnectionString,
            ]);
            var before = await CountAsync(table);
            while (await CountAsync(table) < before + 100)
            {
                Assert.False(run.Ended.IsCompleted, $"It ended before it could be killed: {run.LastLines()}");
                await Task.Delay(5);
            }
            Assert.True(Signal.Send(run.Id, Signal.Kill));
            Assert.Equal(128 + Signal.Kill, await run.Ended);
            output.WriteLine($"killed: {await CountAsync("whatsapp.person")} people, {await CountAsync("whatsapp.whatsapp_message")} messages there");
        }

        var (code, said) = await older.CommandAsync("--adopt", "--execute");
        output.WriteLine(said);

        Assert.Equal(0, code);
        Assert.Equal(
            await older.OneAsync("SELECT count(DISTINCT (business_id, message_id, from_me, conversation_id)) FROM whatsapp_message WHERE conversation_id IS NOT NULL"),
            await CountAsync("whatsapp.whatsapp_message"));
        Assert.Equal(0, await older.OneAsync("SELECT count(*) FROM pipeline_backfill_lead l WHERE merged_into IS NULL AND NOT EXISTS (SELECT FROM whatsapp.person p WHERE p.business_id = l.business_id AND p.lead_id = l.lead_id)"));
        Assert.Contains("nothing has been changed", (await older.CommandAsync("--adopt", "--execute")).Said, StringComparison.Ordinal);
        folder.Delete(recursive: true);

        Task<long> CountAsync(string table) => older.OneAsync($"SELECT count(*) FROM {table}");
    }
}
