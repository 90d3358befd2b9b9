using Pipeline.Cli;
using Pipeline.Servers;

namespace Pipeline.Healing.Tests;

/// <summary>What an operator sees of <c>pipeline backfill</c>.</summary>
[Collection(PostgresCollection.Name)]
public class CommandTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_dry_run_shows_the_plan_and_writes_nothing()
    {
        await using var older = await SplitAsync();

        var (code, said) = await older.CommandAsync();

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("Nothing has been written.", said);
        Assert.Contains("1  have a LID's digits for a phone (50.0 %)", said);
        Assert.Contains("1  conversations are one too many (50.0 %) and are closed", said);
        Assert.Contains("2  are linked to their conversation", said);
        Assert.Contains("--execute", said);
        Assert.Equal(0, await older.OneAsync("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'older' AND table_name LIKE 'pipeline%'"));
        Assert.Equal(0, await older.OneAsync("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'older' AND column_name = 'conversation_id'"));
    }

    [Fact]
    public async Task Numbers_are_shown_in_full_only_on_request()
    {
        await using var older = await SplitAsync();

        var (_, shortened) = await older.CommandAsync();
        var (_, full) = await older.CommandAsync("--show-numbers");

        Assert.Contains("…11@lid", shortened);
        Assert.DoesNotContain("82399031480511", shortened);
        Assert.DoesNotContain("972501234567", shortened);
        Assert.Contains("82399031480511@lid", full);
    }

    [Fact]
    public async Task Executed_it_says_what_it_did_and_that_all_is_well()
    {
        await using var older = await SplitAsync();

        var (code, said) = await older.CommandAsync("--execute");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("1  conversations closed as duplicates", said);
        Assert.Contains("ok               0  canonical keys that stand twice", said);
        Assert.DoesNotContain("WRONG", said);
        Assert.Contains("Nothing was left to do", (await older.CommandAsync("--execute")).Said);
        Assert.Contains("Nothing is left to do.", (await older.CommandAsync()).Said);
        Assert.Equal(ExitCode.Ok, (await older.CommandAsync("check")).Code);
    }

    [Fact]
    public async Task Everything_that_is_missing_is_said_at_once()
    {
        await using var older = await SplitAsync();
        await older.RunAsync("ALTER TABLE whatsapp_conversation DROP COLUMN is_open; DROP TABLE contact_identities");

        var (code, said) = await older.CommandAsync();

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("column whatsapp_conversation.is_open", said);
        Assert.Contains("table contact_identities", said);
    }

    [Fact]
    public async Task Columns_that_only_some_installations_have_are_not_missed()
    {
        await using var older = await SplitAsync();
        await older.RunAsync("ALTER TABLE whatsapp_conversation DROP COLUMN name; ALTER TABLE whatsapp_message DROP COLUMN status, DROP COLUMN type, DROP COLUMN push_name, DROP COLUMN created_at; ALTER TABLE leads DROP COLUMN push_name");

        Assert.Equal(ExitCode.Ok, (await older.CommandAsync("--execute")).Code);
    }

    [Fact]
    public async Task A_file_of_pairs_is_used_and_remembered()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, "82399031480511");
        using var file = new TemporaryFile("business,lid,phone\n1,82399031480511@lid,972501234567\n{\"business\": 1, \"lid\": \"82399031480522\", \"phone\": \"+551187654321\"}\n");

        var (_, plan) = await older.CommandAsync("--mappings", file.Path);
        Assert.Contains("1    of these: the LID's phone is known", plan);
        Assert.Equal(ExitCode.Ok, (await older.CommandAsync("--execute", "--mappings", file.Path)).Code);

        Assert.Equal("+972501234567", await older.PhoneAsync(lead));
        Assert.Equal("+5511987654321", await older.TextAsync("SELECT phone_e164 FROM pipeline_backfill_mapping WHERE lid = '82399031480522'"));
    }

    [Fact]
    public async Task A_file_with_a_line_that_is_no_pair_is_refused_whole()
    {
        await using var older = await SplitAsync();
        using var file = new TemporaryFile("1,82399031480511,972501234567\n1,82399031480522,82399031480522\nnonsense\n");

        var (code, said) = await older.CommandAsync("--execute", "--mappings", file.Path);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("line 2: the phone is none", said);
        Assert.Contains("line 3: not business,lid,phone", said);
        Assert.Equal(0, await older.OneAsync("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'older' AND table_name LIKE 'pipeline%'"));
    }

    [Fact]
    public async Task Fake_phones_are_listed_in_a_file_that_only_its_owner_can_read()
    {
        await using var older = await SplitAsync();
        using var file = new TemporaryFile("");
        const string Expected = "business,lead,old_phone,new_phone,merged_into,what\n1,2,82399031480511,,1,merged into another lead\n";

        await older.CommandAsync("--list", file.Path);
        Assert.Equal(Expected, await File.ReadAllTextAsync(file.Path));
        await older.CommandAsync("--execute", "--list", file.Path);
        Assert.Equal(Expected, await File.ReadAllTextAsync(file.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
    }

    [Theory]
    [InlineData("--batch-size", "0")]
    [InlineData("--product-schema", "what; ever")]
    [InlineData("--mappings", "no-such-file.csv")]
    public async Task An_option_that_makes_no_sense_is_refused(string option, string value)
    {
        await using var older = await Older.CreateAsync(postgres);
        Assert.Equal(ExitCode.Usage, (await older.CommandAsync(option, value)).Code);
    }

    // One person, split over a phone and a LID, with a lead for each.
    private async Task<Older> SplitAsync()
    {
        var older = await Older.CreateAsync(postgres);
        var real = await older.LeadAsync(1, "972501234567");
        var fake = await older.LeadAsync(1, "82399031480511");
        await older.ConversationAsync(1, "972501234567@s.whatsapp.net", day: 2, lead: real);
        await older.ConversationAsync(1, "82399031480511@lid", day: 1, lead: fake);
        await older.ReceivedAsync(1, "972501234567@s.whatsapp.net");
        await older.ReceivedAsync(1, "82399031480511@lid");
        await older.MappingAsync(1, "82399031480511", "+972501234567");
        return older;
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text) => File.WriteAllText(Path, text);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
