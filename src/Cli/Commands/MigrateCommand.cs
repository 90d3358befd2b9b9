using System.CommandLine;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline migrate</c>.</summary>
internal static class MigrateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var where = new ConnectionOptions().Postgres();
        return new PipelineCommand("migrate", "Bring the Postgres tables up to date.")
        {
            Notes = "Each service does the same at its start, unless Postgres__MigrateAtStart is false. Running it again changes nothing.",
        }.With(where.Symbols).Runs(terminal, async (parsed, interruption) =>
        {
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            await new SetUp(tools, terminal).MigrateAsync(interruption.Ending);
            return ExitCode.Ok;
        });
    }
}
