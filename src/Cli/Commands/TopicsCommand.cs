using System.CommandLine;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline topics create</c>.</summary>
internal static class TopicsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var where = new ConnectionOptions().Kafka().Topics();
        var shape = new TopicShape();
        var create = new PipelineCommand("create", "Create the topics that are missing, each with its dead-letter topic.")
        {
            Notes = "A topic that exists is left as it is. Under ./pipeline up the topics are there already.",
        }.With([.. where.Symbols, .. shape.Symbols]).Runs(terminal, async (parsed, _) =>
        {
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            await shape.CreateAsync(new SetUp(tools, terminal), parsed);
            return ExitCode.Ok;
        });
        return new Command("topics", "The topics in Kafka.") { create };
    }
}
