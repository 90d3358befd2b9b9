using System.CommandLine;
using Pipeline.Cli.Runs;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline demo</c>.</summary>
internal static class DemoCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var input = new Option<FileInfo>("--input") { Description = "File to send: one JSON object a line. Default: the shipped sample.", HelpName = "FILE.jsonl" }.AcceptExistingOnly();
        var output = new Option<DirectoryInfo?>("--output") { Description = "Folder for result files. Default: none are written.", HelpName = "DIR" };
        var keep = new Option<bool>("--keep") { Description = "Keep the database, to look at it with `./pipeline sql`." };
        return new PipelineCommand("demo", "Run everything in one process on a sample, or on your own file, and show what came of it.")
        {
            Notes = """
                Starts a Kafka broker and a Schema Registry in this process, a Postgres and a Redis of its own beside it, and the four
                services; sends the input to the Ingestor over HTTP; waits until all of it is stored; prints the conversations before
                (one for each raw address) and after (one for each person); removes what it made.

                A line of the input:
                  {"business": 1, "source": "baileys", "session": "business_1",
                   "me": {"id": "…:14@s.whatsapp.net", "lid": "…:14@lid"},
                   "event": "messages.upsert", "data": {…what Baileys emitted…}}
                `me` may be absent. A line that cannot be taken is reported with its number and the reason, and the rest goes on: the
                demo fails only when no line at all was taken.

                Examples:
                  ./pipeline demo
                  ./pipeline demo --input events.jsonl --output results
                """,
        }.With(input, output, keep).Runs(terminal, (parsed, interruption) =>
        {
            var folders = CheckoutFolders.Find();
            var request = new DemoRun.Request(
                parsed.GetValue(input)?.FullName ?? Path.Combine(folders.Checkout, "samples", "demo.jsonl"), parsed.GetValue(output)?.FullName, parsed.GetValue(keep));
            return new DemoRun(terminal, folders, TimeProvider.System).RunAsync(request, interruption.Ending);
        });
    }
}
