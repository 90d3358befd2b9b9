using Pipeline.Cli;
using Pipeline.Cli.Commands;
using Pipeline.Servers;

namespace Pipeline.Healing.Tests.Importing;

/// <summary><c>pipeline backfill --from</c>, as an operator gives it.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ImportCommandTests(PostgresFixture postgres) : IDisposable
{
    private const string Lids = """
        {"id":"82399031480511@lid","conversationTimestamp":1760000000}
        {"id":"972501234567@c.us","conversationTimestamp":1750000000}
        {"lid":"82399031480511@lid","pn":"972501234567@c.us"}
        {"id":"71188022370400@lid"}
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipeline-import-");

    private string Export => Path.Combine(folder.FullName, "export.jsonl");

    private string List => Path.Combine(folder.FullName, "merges.csv");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_merge_list_is_the_only_thing_on_standard_output()
    {
        var (code, output, error) = await RunAsync("--from", "waha", Export);

        Assert.Equal(0, code);
        Assert.Equal("""
            business,survivor,absorbed,reason,evidence,survivor_last_message_at,absorbed_last_message_at,messages
            1,82399031480511@lid,972501234567@s.whatsapp.net,lid-is-phone,lid-mapping on line 3,2025-10-09T08:53:20Z,2025-06-15T15:06:40Z,0

            """, output);
        Assert.Contains("3 chats of 2 persons", error, StringComparison.Ordinal);
        Assert.Contains("1 duplicate to merge", error, StringComparison.Ordinal);
        Assert.Contains("LIDs without a phone: 1", error, StringComparison.Ordinal);
        Assert.Contains("…00@lid", error, StringComparison.Ordinal);
        Assert.DoesNotContain("71188022370400", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_exists_is_replaced_only_by_force()
    {
        await File.WriteAllTextAsync(List, "mine");

        Assert.Equal(ExitCode.Usage, (await RunAsync("--from", "waha", Export, "--output", List)).Code);
        Assert.Equal("mine", await File.ReadAllTextAsync(List));
        Assert.Equal(ExitCode.Ok, (await RunAsync("--from", "waha", Export, "--output", List, "--force")).Code);
        Assert.StartsWith("business,survivor", await File.ReadAllTextAsync(List), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_needs_a_look_goes_into_a_list_of_its_own()
    {
        await RunAsync("--from", "waha", Export, "--list", List);

        Assert.Equal("""
            business,kind,what,where,why
            1,lid-without-phone,71188022370400@lid,71188022370400@lid,the export does not say its phone

            """, await File.ReadAllTextAsync(List));
    }

    [Fact]
    public async Task Without_a_file_or_with_one_that_is_not_there_it_says_what_is_missing()
    {
        Assert.Contains("--from needs the exported file.", (await RunAsync("--from", "waha")).Error, StringComparison.Ordinal);
        Assert.Contains("cannot be read", (await RunAsync("--from", "waha", Export + ".gone")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_execute_the_next_backfill_knows_the_pairs()
    {
        await using var older = await Older.CreateAsync(postgres);
        await older.ConversationAsync(1, "972501234567@s.whatsapp.net", day: 1);
        await older.ConversationAsync(1, "82399031480511@lid", day: 2);
        await RunAsync();

        var (code, said) = await older.CommandAsync("--from", "waha", Export, "--business", "1", "--execute");

        Assert.Equal(0, code);
        Assert.Contains("Of 1 pairs of LID and phone, 1 new ones are kept", said, StringComparison.Ordinal);
        Assert.Equal(1, (await older.HealAsync()).ConversationsMerged);
    }

    [Fact]
    public async Task With_execute_the_business_has_to_be_named() =>
        Assert.Contains("Give --business once.", (await RunAsync("--from", "waha", Export, "--execute")).Error, StringComparison.Ordinal);

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await File.WriteAllTextAsync(Export, Lids);
        if (arguments.Length == 0) return (0, "", "");
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLine.RunAsync(["backfill", .. arguments], new Terminal(output, error, live: false));
        return (code, output.ToString(), error.ToString());
    }
}
