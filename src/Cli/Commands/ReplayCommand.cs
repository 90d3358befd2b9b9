using System.CommandLine;
using Pipeline.Cli.Operations;
using Pipeline.Cli.Replaying;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline replay</c>.</summary>
internal static class ReplayCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var scenario = new ScenarioOptions();
        var scope = new ReplayScopeOptions();
        var execute = new Option<bool>("--execute") { Description = "Do it. Without this nothing is changed." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would be done, without the warning." };
        var export = new Option<bool>("--export") { Description = "Print the plan as CSV without header, as Kafka's tool does, for --from-file." };
        var into = new ReplayInto();
        var where = new ConnectionOptions().Kafka().Registry().Topics().Postgres();
        return new PipelineCommand("replay", "Read again from an offset or a time.")
        {
            Notes = """
                Moves the offsets of a group that nobody reads with, as kafka-consumer-groups.sh --reset-offsets does: stop every copy of the
                service, replay, start it again. The Sink's positions in Postgres are moved together with its group. Everything downstream is
                idempotent by event id, so a replay of what has been stored changes nothing.

                RECORDS is how many lie between the new offset and the end. Times that the broker cannot look up are searched.

                Examples:
                  ./pipeline replay --stage sink --by-duration PT2H
                  ./pipeline replay --stage sink --by-duration PT2H --execute
                  ./pipeline replay --stage resolver --topic whatsapp.raw.v1:0,1 --to-datetime 2026-03-01T08:30:00.000
                  ./pipeline replay --stage resolver --stage threadlinker --stage leads --stage sink --to-earliest --execute
                  ./pipeline replay --stage sink --to-current --export > before.csv
                  ./pipeline replay --stage sink --from-file before.csv --execute

                See docs/operations/replay.md.
                """,
        }.With([.. scope.Symbols, .. scenario.Symbols, execute, dryRun, export, .. into.Symbols, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            if (parsed.GetValue(execute) && parsed.GetValue(dryRun)) throw Wrong("--execute and --dry-run exclude each other.");
            var asked = scenario.Given(parsed, TimeProvider.System);
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            if (into.IsGiven(parsed)) return await into.RunAsync(parsed, tools, terminal, interruption.Ending);
            if (asked is null) throw Wrong("Replay from where?");
            var request = scope.Request(parsed, tools.Topics, asked, parsed.GetValue(execute), parsed.GetValue(export));
            if (!request.Execute && !parsed.GetValue(dryRun)) terminal.Complain("WARN: No action will be performed as the --execute option is missing");
            return await new OffsetMove(terminal, tools).RunAsync(request, interruption.Ending);
        });
    }

    private static PipelineException Wrong(string what) => new(what, "See ./pipeline replay --help", ExitCode.Usage);
}
