using System.CommandLine;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline schemas register</c>.</summary>
internal static class SchemasCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var where = new ConnectionOptions().Registry().Topics();
        var register = new PipelineCommand("register", "Register the schema of every topic under `<topic>-value`.")
        {
            Notes = "The services never register schemas themselves: until this has been done they wait and are not ready. Running it again changes nothing.",
        }.With(where.Symbols).Runs(terminal, async (parsed, interruption) =>
        {
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            await new SetUp(tools, terminal).RegisterSchemasAsync(interruption.Ending);
            return ExitCode.Ok;
        });
        return new Command("schemas", "The schemas of the topics.") { register };
    }
}
