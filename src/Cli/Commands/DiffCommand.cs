using System.CommandLine;
using Pipeline.Cli.Operations;
using Pipeline.Cli.Rebuilding;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline diff</c>.</summary>
internal static class DiffCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The rebuild, as it was named with ./pipeline replay --into." };
        var business = new Option<long?>("--business") { Description = "Only this business.", HelpName = "ID" };
        var examples = WholeNumber.Option("--examples", "How many of each kind are named, for each business.", "N", least: 0, most: 1_000_000, usual: 3);
        var json = new Option<bool>("--json") { Description = "One JSON object, see docs/operations/rebuild.md." };
        var inFull = new Option<bool>("--show-numbers") { Description = "Show phones, LIDs and names in full." };
        var where = new ConnectionOptions().Postgres().Kafka().Topics();
        return new PipelineCommand("diff", "Say what a side-by-side rebuild would change, business by business.")
        {
            Notes = """
                Compares by meaning: which messages are together, whose phone and name they have, what has become of each message. Numbers and
                keys that were given out may differ. Nothing is changed; live traffic may go on, and the last lines say how far apart the two are.

                Examples:
                  ./pipeline diff next
                  ./pipeline diff next --business 1 --examples 20 --show-numbers
                  ./pipeline diff next --json

                Exit code 0 when all is the same, 1 when something differs.
                """,
        }.With([name, business, examples, json, inFull, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            var request = new DiffRun.Request(parsed.GetValue(name)!, parsed.GetValue(business), parsed.GetValue(examples), parsed.GetValue(json), parsed.GetValue(inFull));
            return await new DiffRun(terminal, TimeProvider.System).RunAsync(request, tools, interruption.Ending);
        });
    }
}
