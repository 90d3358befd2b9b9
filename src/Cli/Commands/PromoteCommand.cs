using System.CommandLine;
using Pipeline.Cli.Operations;
using Pipeline.Cli.Rebuilding;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline promote</c>.</summary>
internal static class PromoteCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The rebuild, as it was named with ./pipeline replay --into." };
        var execute = new Option<bool>("--execute") { Description = "Do it. Without this it is checked and nothing is changed." };
        var leaveBehind = new Option<long>("--leave-behind") { Description = "How many live messages are not in the rebuild, and may stay in the kept tables only.", HelpName = "N" };
        var where = new ConnectionOptions().Postgres().Kafka().Topics();
        return new PipelineCommand("promote", "Make a side-by-side rebuild the live tables.")
        {
            Notes = """
                Stop the Resolver, then, when everything is stored, the ThreadLinker and the Sink; the Ingestor may go on. Then bring the rebuild up
                to date with ./pipeline replay --into NAME, and promote it. It refuses while anybody reads, while either side has something left, and
                when a live message would be lost. The swap is one transaction: the live schema is kept as whatsapp_before_NAME.

                Examples:
                  ./pipeline promote next
                  ./pipeline promote next --execute

                Exit code 1 when it cannot be promoted; nothing was changed then.
                """,
        }.With([name, execute, leaveBehind, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            var request = new PromoteRun.Request(parsed.GetValue(name)!, parsed.GetValue(execute), parsed.GetValue(leaveBehind));
            return await new PromoteRun(terminal, TimeProvider.System).RunAsync(request, tools, interruption.Ending);
        });
    }
}
