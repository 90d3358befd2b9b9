using System.CommandLine;
using Pipeline.Cli.Runs;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline ingest FILE</c>.</summary>
internal static class IngestCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "File to send: one JSON object a line, as for `demo`; - reads standard input." };
        var url = new Option<Uri?>("--url") { Description = "The Ingestor. Default: the one of a running ./pipeline up.", HelpName = "URL" };
        var token = new Option<string?>("--token") { Description = "Send every line with this token. Default: a token is made for each business.", HelpName = "TEXT" };
        var wait = new Option<bool>("--wait") { Description = "Wait until everything has been stored (only with a running ./pipeline up)." };
        var patience = WholeNumber.Option("--patience", "How many seconds an Ingestor that answers “not now” is tried.", "SECONDS", least: 0, most: int.MaxValue / 1000, usual: 60);
        return new PipelineCommand("ingest", "Send a file to a running Ingestor.")
        {
            Notes = """
                The lines of one business are sent in the file's order, businesses side by side. A line that cannot be taken is reported with
                its number and the reason, and the rest goes on: the exit code is 1 only when no line at all was taken, or when the
                sending broke off. Sending a file again is safe: an event delivered twice counts once.
                Tokens are made with Ingestor__SigningKey (or _FILE), else with the key of a running ./pipeline up.

                Examples:
                  ./pipeline ingest samples/demo.jsonl
                  Ingestor__SigningKey_FILE=/run/secrets/key ./pipeline ingest events.jsonl --url https://ingest.example.com
                """,
        }.With(file, url, token, wait, patience).Runs(terminal, (parsed, interruption) =>
            new IngestRun(terminal, CheckoutFolders.Find(), TimeProvider.System).RunAsync(
                new IngestRun.Request(parsed.GetRequiredValue(file), parsed.GetValue(url), parsed.GetValue(token), parsed.GetValue(wait), TimeSpan.FromSeconds(parsed.GetValue(patience))),
                interruption.Ending));
    }
}
