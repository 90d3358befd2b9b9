using System.CommandLine;
using Pipeline.Cli.Explain;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline explain</c>.</summary>
internal static class ExplainCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var business = new Option<long>("--business") { Description = "The business. Nothing of another one is shown.", HelpName = "ID", Required = true };
        var message = Text("--message", "A message, by the id its device chose.", "ID");
        var lid = Text("--lid", "A LID: digits, or an address on the LID server.", "LID");
        var phone = Text("--phone", "A phone: international, an address, or with --region as people write it.", "PHONE");
        var conversation = Text("--conversation", "A conversation: its key, an old key, or its number.", "KEY");
        var position = Text("--event", "A record of the raw topic: what was it read as, and what became of it?", "POSITION");
        var region = Text("--region", "Whose habit --phone is written in, two letters. Default: none, and it has to be international.", "XX");
        var text = new Option<bool>("--text") { Description = "Show the texts of messages. Without it no text leaves the database." };
        var json = new Option<bool>("--json") { Description = "One JSON object, see docs/explain.md." };
        var patience = WholeNumber.Option("--patience", "How many seconds the raw topic may be looked through.", "SECONDS", least: 1, most: 86_400, usual: 30);
        var where = new ConnectionOptions().Postgres().Kafka().Topics();
        return new PipelineCommand("explain", "Say why the product believes what it believes about a message, a LID, a phone or a conversation.")
        {
            Notes = """
                Exactly one of --message, --lid, --phone, --conversation and --event. The answer has phones, LIDs and names in full; texts
                only with --text. Nothing is changed and nothing is logged.

                A message that is not in Postgres (a status post, a channel, a dead letter, …) is looked for on the raw topic. Every
                position that is told (whatsapp.raw.v1/3@1234) can be asked for with --event as long as Kafka keeps it.

                Examples:
                  ./pipeline explain --business 1 --message 3EB0C767D26B8F4A1B2C
                  ./pipeline explain --business 1 --lid 82399031480511@lid
                  ./pipeline explain --business 1 --phone +972501234567
                  ./pipeline explain --business 1 --phone 050-123-4567 --region IL
                  ./pipeline explain --business 1 --conversation lead:1:5 --json
                  ./pipeline explain --business 1 --event 3@1234

                Exit code 1 when nothing was found.
                """,
        }.With([business, message, lid, phone, conversation, position, region, text, json, patience, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            if (parsed.GetValue(business) <= 0) throw Wrong("--business is a whole number from 1.");
            Option<string?>[] references = [message, lid, phone, conversation, position];
            Option<string?>[] given = [.. references.Where(option => !string.IsNullOrWhiteSpace(parsed.GetValue(option)))];
            if (given.Length == 0) throw Wrong("Explain what?");
            if (given.Length > 1) throw Wrong($"{string.Join(" and ", given.Select(option => option.Name))} are two questions.");
            if (parsed.GetValue(region) is not null && given[0] != phone) throw Wrong("--region goes with --phone.");

            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            var word = parsed.GetValue(given[0])!;
            Reference asked = given[0] == message ? new Reference.Message(word)
                : given[0] == lid ? Reference.ParseLid(word)
                : given[0] == phone ? Reference.ParsePhone(word, parsed.GetValue(region))
                : given[0] == conversation ? new Reference.Conversation(word)
                : Reference.ParseEvent(word, tools.Topics.Raw);
            var request = new ExplainRun.Request(
                parsed.GetValue(business), asked, parsed.GetValue(text), parsed.GetValue(json), TimeSpan.FromSeconds(parsed.GetValue(patience)));
            return await new ExplainRun(terminal, TimeProvider.System).RunAsync(request, tools, interruption.Ending);
        });
    }

    private static Option<string?> Text(string name, string description, string value) => new(name) { Description = description, HelpName = value };

    private static PipelineException Wrong(string what) => new(
        what, "Give --business ID and exactly one of --message, --lid, --phone, --conversation, --event; ./pipeline explain --help has examples.", ExitCode.Usage);
}
