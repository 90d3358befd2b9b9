using System.CommandLine;
using Pipeline.Cli.Lag;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline lag</c>.</summary>
internal static class LagCommand
{
    private const int UsualInterval = 5;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var groups = new Option<string[]>("--group") { Description = "Only this consumer group; may be given several times.", HelpName = "NAME", DefaultValueFactory = _ => [] };
        var watch = WholeNumber.Switch("--watch", $"Again and again until Ctrl-C; every {UsualInterval} seconds unless told otherwise.", "SECONDS", least: 1, most: 3600, alone: UsualInterval);
        var json = new Option<bool>("--json") { Description = "One JSON object; with --watch one a line." };
        var most = WholeNumber.Optional("--max-lag", "Exit code 1 when a group is more than this many records behind; with --watch, as soon as it is.", "RECORDS", least: 0, most: int.MaxValue);
        var where = new ConnectionOptions().Kafka().Topics();
        return new PipelineCommand("lag", "Show how far each service has come, in records and in seconds.")
        {
            Notes = """
                LAG is what the group has not taken care of, LAG-SECONDS how long the first of it has been waiting. - means not known: nothing was ever
                committed there (LAG then counts from the first record), or the brokers do not tell who the members are (the in-process broker never does).
                Under ./pipeline up Kafka is found by itself. What to do when it grows: docs/operations/lag-grows.md.

                Examples:
                  ./pipeline lag
                  ./pipeline lag --watch 2 --group whatsapp-sink
                  ./pipeline lag --json --max-lag 10000
                """,
        }.With([groups, watch, json, most, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            TimeSpan? every = parsed.GetResult(watch) is not null && parsed.GetValue(watch) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
            var request = new LagRun.Request(parsed.GetValue(groups) ?? [], every, parsed.GetValue(json), parsed.GetValue(most));
            return await new LagRun(terminal, TimeProvider.System).RunAsync(request, tools, interruption.Ending);
        });
    }
}
