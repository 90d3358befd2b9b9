using System.CommandLine;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline setup</c>: what docker-compose.yml runs once, before the services.</summary>
internal static class SetupCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var where = new ConnectionOptions().Kafka().Registry().Postgres().Topics();
        var shape = new TopicShape();
        return new PipelineCommand("setup", "Tables, topics and schemas in one go: migrate, topics create, schemas register.")
        {
            Notes = "Running it again changes nothing.",
        }.With([.. where.Symbols, .. shape.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            var setUp = new SetUp(tools, terminal);
            await setUp.MigrateAsync(interruption.Ending);
            await shape.CreateAsync(setUp, parsed);
            await setUp.RegisterSchemasAsync(interruption.Ending);
            return ExitCode.Ok;
        });
    }
}
