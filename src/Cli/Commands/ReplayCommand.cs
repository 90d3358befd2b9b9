using System.CommandLine;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline replay</c>.</summary>
internal static class ReplayCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var into = new ReplayInto();
        var where = new ConnectionOptions().Postgres().Kafka().Registry().Topics();
        return new PipelineCommand("replay", "Run again what lies on raw, beside the live tables.")
        {
            Notes = ReplayInto.Notes,
        }.With([.. into.Symbols, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            if (!into.IsGiven(parsed)) throw new PipelineException("Replay what?", "Give --into NAME; ./pipeline replay --help has examples.", ExitCode.Usage);
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            return await into.RunAsync(parsed, tools, terminal, interruption.Ending);
        });
    }
}
