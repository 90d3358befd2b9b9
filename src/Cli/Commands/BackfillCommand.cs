using System.CommandLine;
using Pipeline.Cli.Healing;
using Pipeline.Cli.Operations;
using Pipeline.Healing;
using Pipeline.Healing.Adopting;
using Pipeline.Healing.Generating;
using Pipeline.Healing.Importing;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline backfill</c>.</summary>
internal static class BackfillCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var where = new ConnectionOptions().PostgresServer();
        var tables = new HealingOptions();
        var execute = new Option<bool>("--execute") { Description = "Do it. Without it nothing is written and the plan is shown." };
        var skipBackfill = new Option<bool>("--skip-backfill") { Description = "Fill no canonical keys; conversations without one are left out." };
        var skipMerge = new Option<bool>("--skip-merge") { Description = "Merge no conversations and no leads, and add no unique constraint." };
        var mappings = new Option<string?>("--mappings") { Description = "Pairs of LID and phone: CSV business,lid,phone, or JSON lines with these names.", HelpName = "FILE" };
        var list = new Option<string?>("--list") { Description = "Write the leads with a fake phone to this CSV file; with --from and --adopt, what needs a look.", HelpName = "FILE" };
        var examples = WholeNumber.Option("--examples", "How many examples the plan shows of each kind.", "N", least: 0, most: 1000, usual: 3);
        var showNumbers = new Option<bool>("--show-numbers") { Description = "Show phones and LIDs in full. Without it: the last two digits." };
        // The file follows the program's name. As an argument of the command it would stand in the usage of its subcommands too.
        var from = new Option<string[]?>("--from")
        {
            Description = "Read an exported history instead (JSON, JSON lines, of Chatwoot also CSV), and write the list of chats to merge as CSV. With --execute its pairs of LID and phone are kept for the next backfill.",
            HelpName = "evolution|waha|chatwoot FILE",
            Arity = new ArgumentArity(1, 2),
            AllowMultipleArgumentsPerToken = true,
        };
        from.Validators.Add(given =>
        {
            if (given.Tokens.Count > 0 && !IsSource(given.Tokens[0].Value, out _)) given.AddError($"'{given.Tokens[0].Value}' is none of evolution, waha and chatwoot.");
        });
        var output = new Option<string?>("--output") { Description = "Write the merge list to this file. Default: standard output.", HelpName = "FILE" };
        var force = new Option<bool>("--force") { Description = "Replace the files of --output and --list when they exist." };
        var adopt = new Option<bool>("--adopt") { Description = "Carry the healed tables into the product's schema: leads with their ids, addresses, conversations, messages." };
        var noAutoLeads = new Option<bool>("--no-auto-leads") { Description = "With --adopt: people without a lead become contacts, no leads." };

        var command = new PipelineCommand("backfill", "Heal an existing database in the older layout: one conversation a person, no LID for a phone.")
        {
            Notes = """
                Without --execute nothing is written: the plan is shown, with counts. With it, every step works in transactions of --batch-size
                rows beside live traffic. A run that was broken off, however it ended, is continued by the next one; a run that has nothing
                left to do changes nothing. What was changed stands in the tables pipeline_backfill_… of the same schema, with the old values.

                Examples:
                  ./pipeline backfill --postgres 'Host=…;Database=…;Username=…'
                  ./pipeline backfill --postgres '…' --mappings pairs.csv --list fake-phones.csv
                  ./pipeline backfill --postgres '…' --execute
                  ./pipeline backfill check --postgres '…'
                  ./pipeline backfill --adopt --postgres '…'
                  ./pipeline backfill --from evolution export.jsonl --output merges.csv

                Step by step: docs/operations.md.
                """,
        }.With([execute, skipBackfill, skipMerge, mappings, from, output, force, adopt, noAutoLeads, list, examples, showNumbers, .. tables.Symbols, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            var options = tables.Of(parsed) with { SkipBackfill = parsed.GetValue(skipBackfill), SkipMerge = parsed.GetValue(skipMerge) };
            if (parsed.GetValue(from) is { Length: > 0 } exported && IsSource(exported[0], out var source))
            {
                var import = new ImportRun.Request(
                    options, source, exported.Length > 1 ? exported[1] : null, parsed.GetValue(output), parsed.GetValue(list), parsed.GetValue(force), parsed.GetValue(execute), parsed.GetValue(showNumbers));
                return await new ImportRun(terminal).RunAsync(import, () => OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find()), interruption.Ending);
            }
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            if (parsed.GetValue(adopt))
            {
                var adopting = new AdoptRun.Request(
                    new AdoptionOptions(options, !parsed.GetValue(noAutoLeads)), parsed.GetValue(execute), parsed.GetValue(list), parsed.GetValue(force), parsed.GetValue(examples));
                return await new AdoptRun(terminal, TimeProvider.System).RunAsync(adopting, tools, interruption.Ending);
            }
            var request = new BackfillRun.Request(options, parsed.GetValue(execute), parsed.GetValue(mappings), parsed.GetValue(list), parsed.GetValue(examples), parsed.GetValue(showNumbers));
            return await new BackfillRun(terminal, TimeProvider.System).RunAsync(request, tools, interruption.Ending);
        });
        command.Add(Check(terminal));
        command.Add(Generate(terminal));
        return command;
    }

    private static bool IsSource(string name, out ExportSource source) =>
        Enum.TryParse(name, ignoreCase: true, out source) && Enum.IsDefined(source) && !char.IsAsciiDigit(name[0]);

    private static PipelineCommand Check(Terminal terminal)
    {
        var where = new ConnectionOptions().PostgresServer();
        var tables = new HealingOptions();
        return new PipelineCommand("check", "Count what a healed database must not have: keys twice, live phones twice, direct messages without a conversation.")
        {
            Notes = "Reads only. In a generated database the truth is known, and the counts against it are shown as well. Exit code 1 when a check fails.",
        }.With([.. tables.Symbols, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            return await new BackfillCheckRun(terminal).RunAsync(tables.Of(parsed), tools, interruption.Ending);
        });
    }

    private static PipelineCommand Generate(Terminal terminal)
    {
        var where = new ConnectionOptions().PostgresServer();
        var schema = new Option<string>("--schema") { Description = "The Postgres schema to make. It must not exist.", HelpName = "NAME", DefaultValueFactory = _ => "older" };
        var conversations = WholeNumber.Option("--conversations", "How many conversations.", "N", least: 10, most: 10_000_000, usual: 50_000);
        var duplicates = WholeNumber.Option("--duplicates", "How many of 100 conversations are one too many.", "PERCENT", least: 0, most: 60, usual: 15);
        var fakePhones = WholeNumber.Option("--fake-phones", "How many of 100 leads have a LID's digits for a phone.", "PERCENT", least: 0, most: 80, usual: 20);
        var messages = WholeNumber.Option("--messages", "How many messages.", "N", least: 0, most: int.MaxValue, usual: 200_000);
        var businesses = WholeNumber.Option("--businesses", "How many businesses.", "N", least: 1, most: 1000, usual: 3);
        var seed = WholeNumber.Option("--seed", "The same seed gives the same rows.", "N", least: 0, most: int.MaxValue, usual: 1);
        return new PipelineCommand("generate", "Make a database in the older layout with split conversations and fake phones, to try the backfill on.")
        {
            Notes = """
                All people are invented. The true person of every row stands in pipeline_generated_truth; `backfill check` compares.

                Example:
                  ./pipeline backfill generate --postgres '…' --schema older
                  ./pipeline backfill --postgres '…' --schema older --execute
                  ./pipeline backfill check --postgres '…' --schema older
                """,
        }.With([schema, conversations, duplicates, fakePhones, messages, businesses, seed, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            var size = new GeneratedSize
            {
                Conversations = parsed.GetValue(conversations),
                DuplicatePercent = parsed.GetValue(duplicates),
                FakePhonePercent = parsed.GetValue(fakePhones),
                Messages = parsed.GetValue(messages),
                Businesses = parsed.GetValue(businesses),
                Seed = parsed.GetValue(seed),
            };
            return await new BackfillGenerateRun(terminal, TimeProvider.System).RunAsync(HealingOptions.Identifier("--schema", parsed.GetValue(schema)!), size, tools, interruption.Ending);
        });
    }
}
