using System.CommandLine;
using Pipeline.Cli.Leads;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline leads upsert</c>.</summary>
internal static class LeadsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string?>("FILE") { Description = "One JSON object a line: business, external_id, phone, region, name, lids, at; - reads standard input.", Arity = ArgumentArity.ZeroOrOne };
        var business = new Option<long>("--business") { Description = "The business, for a lead given by options.", HelpName = "ID" };
        var external = Text("--external-id", "The CRM's own id of the lead.", "ID");
        var phone = Text("--phone", "Its phone: international, or with --region as people write it.", "PHONE");
        var region = Text("--region", "Whose habit the phone is written in, two letters.", "XX");
        var name = Text("--name", "Its name.", "TEXT");
        var lids = new Option<string[]>("--lid") { Description = "A LID of it; may be given several times.", HelpName = "LID", AllowMultipleArgumentsPerToken = false };
        var wait = new Option<bool>("--wait") { Description = "Wait until the directory has taken them." };
        var patience = WholeNumber.Option("--patience", "How many seconds --wait waits.", "SECONDS", least: 1, most: 86_400, usual: 60);
        var where = new ConnectionOptions().Kafka().Registry().Topics().Postgres();
        var upsert = new PipelineCommand("upsert", "Give or correct leads as a CRM knows them.")
        {
            Notes = """
                A lead is known by the CRM's own id. Fields that are empty say nothing and take nothing back; of two sayings the one with the
                later `at` stands (without one: now). What a CRM says outranks what WhatsApp says. A phone or LID that somebody has already
                joins the two: the CRM's lead goes on, and their conversation with it.

                Examples:
                  ./pipeline leads upsert --business 1 --external-id crm-17 --phone 050-123-4567 --region IL --name 'Dana Levi'
                  ./pipeline leads upsert --business 1 --external-id crm-17 --lid 82399031480511
                  ./pipeline leads upsert leads.jsonl --wait

                A line of such a file:
                  {"business":1,"external_id":"crm-17","phone":"+972501234567","name":"Dana Levi","lids":["82399031480511"]}

                Exit code 1 when a lead was refused; the others are written.
                """,
        }.With([file, business, external, phone, region, name, lids, wait, patience, .. where.Symbols]).Runs(terminal, async (parsed, interruption) =>
        {
            await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
            TimeSpan? waiting = parsed.GetValue(wait) ? TimeSpan.FromSeconds(parsed.GetValue(patience)) : null;
            var run = new LeadsRun(terminal, TimeProvider.System);
            if (parsed.GetValue(external) is { } id)
            {
                if (parsed.GetValue(file) is not null) throw new PipelineException("A lead is given by FILE or by options, not by both.", exitCode: ExitCode.Usage);
                var line = new LeadLine
                {
                    Business = parsed.GetValue(business),
                    ExternalId = id,
                    Phone = parsed.GetValue(phone) ?? "",
                    Region = parsed.GetValue(region) ?? "",
                    Name = parsed.GetValue(name) ?? "",
                    Lids = parsed.GetValue(lids) ?? [],
                };
                return await run.UpsertAsync([(1, () => line)], waiting, tools, interruption.Ending);
            }
            if (parsed.GetValue(file) is not { } path) throw new PipelineException("Nothing is given: a FILE, or a lead by --business and --external-id.", "See ./pipeline leads upsert --help", ExitCode.Usage);
            using var lines = Open(path);
            return await run.UpsertAsync(LinesOf(lines), waiting, tools, interruption.Ending);
        });
        return new Command("leads", "Leads from outside.") { upsert };
    }

    private static TextReader Open(string path)
    {
        if (path == "-") return Console.In;
        try
        {
            return File.OpenText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"{path} cannot be read: {fault.Message}", exitCode: ExitCode.Usage, inner: fault);
        }
    }

    private static IEnumerable<(long, Func<LeadLine>)> LinesOf(TextReader lines)
    {
        for (var number = 1L; lines.ReadLine() is { } line; number++)
            if (!string.IsNullOrWhiteSpace(line)) yield return (number, () => LeadLine.Parse(line));
    }

    private static Option<string?> Text(string name, string description, string value) => new(name) { Description = description, HelpName = value };
}
