using System.CommandLine;
using Pipeline.Cli.Explain;
using Pipeline.Cli.Operations;
using Pipeline.Cli.Unmerging;
using Pipeline.Identity;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline unmerge</c>.</summary>
internal static class UnmergeCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var business = new Option<long>("--business") { Description = "The business. Nothing of another one is shown or changed.", HelpName = "ID", Required = true };
        var lid = Text("--lid", "The LID of the wrong pair: digits, or an address on the LID server.", "LID");
        var phone = Text("--phone", "The phone of the wrong pair: international, an address, or with --region as people write it.", "PHONE");
        var region = Text("--region", "Whose habit --phone is written in, two letters.", "XX");
        var conversation = Text("--conversation", "Show what holds the person of a conversation together: its key or an old key.", "KEY");
        var lead = WholeNumber.Optional("--lead", "The same for the person with this number.", "N", least: 1, most: int.MaxValue);
        var execute = new Option<bool>("--execute") { Description = "Say it. Without this nothing is changed." };
        var allow = new Option<bool>("--allow") { Description = "Take an earlier denial of the pair back." };
        var json = new Option<bool>("--json") { Description = "One JSON object, see docs/unmerging.md." };
        var patience = WholeNumber.Option("--patience", "How many seconds to wait until Postgres shows what has come of it.", "SECONDS", least: 1, most: 86_400, usual: 60);
        var where = new ConnectionOptions().Postgres().Kafka().Registry().Topics();
        return new PipelineCommand("unmerge", "Take people apart whom a wrong pair of LID and phone has made one.")
        {
            Notes = """
                --lid and --phone name the wrong pair: what WhatsApp stated and an operator denies. From then on it joins nobody, however often it
                is stated again. --conversation or --lead only show which pairs hold a person together, and which of them is a bridge.
                Phones and LIDs are shown in full. See docs/unmerging.md.

                Examples:
                  ./pipeline unmerge --business 1 --conversation lead:1:5
                  ./pipeline unmerge --business 1 --lid 82399031480511 --phone +972501234567
                  ./pipeline unmerge --business 1 --lid 82399031480511 --phone +972501234567 --execute
                  ./pipeline unmerge --business 1 --lid 82399031480511 --phone +972501234567 --allow --execute

                Exit code 1 when there is no such person, or when what was said has not taken effect in time.
                """,
        }.With([business, lid, phone, region, conversation, lead, execute, allow, json, patience, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            if (parsed.GetValue(business) <= 0) throw Wrong("--business is a whole number from 1.");
            var (lidText, phoneText, key, number) = (Given(lid), Given(phone), Given(conversation), parsed.GetValue(lead));
            if ((lidText is null) != (phoneText is null)) throw Wrong("--lid and --phone go together: a pair is denied.");
            var questions = (lidText is null ? 0 : 1) + (key is null ? 0 : 1) + (number is null ? 0 : 1);
            if (questions != 1) throw Wrong(questions == 0 ? "Unmerge whom?" : "The pair, --conversation and --lead are questions of their own.");
            if (lidText is null && (parsed.GetValue(execute) || parsed.GetValue(allow) || Given(region) is not null)) throw Wrong("--execute, --allow and --region go with --lid and --phone.");
            Ruling? pair = lidText is null || phoneText is null ? null : PairOf(lidText, phoneText, Given(region), !parsed.GetValue(allow));

            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            var request = new UnmergeRun.Request(
                parsed.GetValue(business), pair, key, number, parsed.GetValue(execute), parsed.GetValue(json), TimeSpan.FromSeconds(parsed.GetValue(patience)));
            return await new UnmergeRun(terminal, TimeProvider.System).RunAsync(request, tools, interruption.Ending);

            string? Given(Option<string?> option) => string.IsNullOrWhiteSpace(parsed.GetValue(option)) ? null : parsed.GetValue(option);
        });
    }

    private static Ruling PairOf(string lid, string phone, string? region, bool isDenied) =>
        new(((Reference.OfLid)Reference.ParseLid(lid)).Lid, ((Reference.OfPhone)Reference.ParsePhone(phone, region)).Phone, isDenied);

    private static Option<string?> Text(string name, string description, string value) => new(name) { Description = description, HelpName = value };

    private static PipelineException Wrong(string what) => new(
        what, "Give --business ID and either --lid and --phone, or --conversation, or --lead; ./pipeline unmerge --help has examples.", ExitCode.Usage);
}
