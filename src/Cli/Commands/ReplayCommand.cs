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
        var businesses = new Option<string[]>("--business") { Description = "Write again: only records of this business; may be given several times.", HelpName = "N", AllowMultipleArgumentsPerToken = true };
        var until = new Option<string?>("--until") { Description = $"Write again: what lies before this time ({ReplayTime.Form}) or offset.", HelpName = "TIME|OFFSET" };
        var rate = WholeNumber.Optional("--rate", "Write again: the most records in a second.", "N", least: 1, most: 1_000_000);
        var resolve = new Option<string?>("--resolve") { Description = "Write again for the resolver, or --into: cache-only (default) asks no endpoint; live does.", HelpName = "cache-only|live" };
        var resume = new Option<string?>("--resume") { Description = "Write again: go on with a replay that was interrupted.", HelpName = "ID" };
        var into = new ReplayInto();
        var where = new ConnectionOptions().Kafka().Registry().Topics().Postgres();
        return new PipelineCommand("replay", "Read again from an offset or a time.")
        {
            Notes = """
                There are three ways.

                Moving offsets (the usual): what kafka-consumer-groups.sh --reset-offsets does, for a group that nobody reads with. Stop every copy
                of the service, replay, start it again: it reads everything from there on, of every business. The Sink's positions in Postgres
                are moved together with its group. RECORDS is how many lie between the new offset and the end.

                Writing again (any of --business, --until, --rate, --resolve, --resume): no offset is moved and the services go on. The stage's input
                topic is read from the given place to its end (or --until), and the records are written behind it once more, byte by
                byte, with the header replay-id. Progress is kept in the data folder; after an interruption --resume goes on.

                Beside the live tables (--into NAME): today's logic over raw into a schema of its own, to compare and to promote; see below.

                In every case everything downstream is idempotent by event id: a replay of what has been stored changes nothing. The first two are dry runs
                without --execute. Times that the broker cannot look up are searched.

                Examples, moving offsets:
                  ./pipeline replay --stage sink --by-duration PT2H
                  ./pipeline replay --stage sink --by-duration PT2H --execute
                  ./pipeline replay --stage resolver --topic whatsapp.raw.v1:0,1 --to-datetime 2026-03-01T08:30:00.000
                  ./pipeline replay --stage resolver --stage threadlinker --stage leads --stage sink --to-earliest --execute
                  ./pipeline replay --stage sink --to-current --export > before.csv
                  ./pipeline replay --stage sink --from-file before.csv --execute
                Examples, writing again:
                  ./pipeline replay --stage resolver --to-earliest --business 1
                  ./pipeline replay --stage resolver --by-duration P1D --business 1 --business 2 --rate 200 --execute
                  ./pipeline replay --stage resolver --to-datetime 2026-03-01T08:30:00.000 --until 2026-03-01T09:00:00.000 --resolve live --execute

                Beside the live tables:
                """ + "\n" + ReplayInto.Notes + "\n\n" + """
                See docs/operations/replay.md.
                """,
        }.With([.. scope.Symbols, .. scenario.Symbols, execute, dryRun, export, businesses, until, rate, resolve, resume, .. into.Symbols, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            var doing = parsed.GetValue(execute);
            if (doing && parsed.GetValue(dryRun)) throw Wrong("--execute and --dry-run exclude each other.");
            var asked = scenario.Given(parsed, TimeProvider.System);
            var again = new WritingAgain(parsed.GetValue(businesses) ?? [], parsed.GetValue(until), parsed.GetValue(rate), parsed.GetValue(resolve), parsed.GetValue(resume));
            if (!into.IsGiven(parsed)) again.Check(asked is not null, parsed.GetValue(export));
            var folders = CheckoutFolders.Find();
            await using var tools = OperatingTools.Open(where.Given(parsed), folders);
            if (into.IsGiven(parsed)) return await into.RunAsync(parsed, asked, parsed.GetValue(resolve), tools, terminal, interruption.Ending);
            int code;
            if (again.IsResumed)
            {
                code = await again.ResumeAsync(terminal, tools, folders, doing, interruption.Ending);
            }
            else
            {
                var request = scope.Request(parsed, tools.Topics, asked ?? throw Wrong("Replay from where?"), doing, parsed.GetValue(export));
                code = again.IsAsked
                    ? await again.RunAsync(terminal, tools, folders, request, interruption.Ending)
                    : await new OffsetMove(terminal, tools).RunAsync(request, interruption.Ending);
            }
            if (!doing && !parsed.GetValue(dryRun)) terminal.Complain("WARN: No action will be performed as the --execute option is missing");
            return code;
        });
    }

    private static PipelineException Wrong(string what) => new(what, "See ./pipeline replay --help", ExitCode.Usage);
}
