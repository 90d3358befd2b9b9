using System.Globalization;
using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Healing;
using Pipeline.Healing.Adopting;

namespace Pipeline.Cli.Healing;

/// <summary>One run of <c>pipeline backfill --adopt</c>.</summary>
internal sealed class AdoptRun(Terminal terminal, TimeProvider clock)
{
    /// <summary>What was asked for.</summary>
    /// <param name="Options">What to adopt, and how.</param>
    /// <param name="Execute">Write it.</param>
    /// <param name="List">Where everything that needs a look goes; null: only examples are shown.</param>
    /// <param name="Force">That file may be replaced.</param>
    /// <param name="Examples">How many of each kind are shown.</param>
    public sealed record Request(AdoptionOptions Options, bool Execute, string? List, bool Force, int Examples);

    /// <summary>Runs it.</summary>
    public async Task<int> RunAsync(Request request, OperatingTools tools, CancellationToken cancellation)
    {
        if (request.List is { } file && File.Exists(file) && !request.Force) throw new PipelineException($"{file} exists.", "--force replaces it.", ExitCode.Usage);
        await using var database = tools.OpenDatabase(OlderDatabase.Of(request.Options.Tables.Schema));
        return await OlderDatabase.SpeakAsync(async () =>
        {
            var board = new StepBoard(terminal, clock);
            var adoption = new Adoption(database, request.Options, clock, board.Show);
            var report = await board.RunAsync(() => request.Execute ? adoption.ExecuteAsync(cancellation) : adoption.PlanAsync(cancellation));
            Show(request, report);
            return request.Execute ? await CheckAsync(database, request.Options.Tables, report, cancellation) : ExitCode.Ok;
        });
    }

    private void Show(Request request, AdoptionReport report)
    {
        var would = request.Execute ? "" : "would be ";
        terminal.Say($"Adopting '{request.Options.Tables.Schema}' into '{request.Options.Tables.ProductSchema}'{(request.Execute ? "" : ": what would be done. Nothing is written.")}");
        terminal.Say();
        Row("leads of the older layout", report.Leads);
        Row("people without a lead", report.WithoutLead, report.WithoutLead == 0 ? "" : request.Options.AutoLeads ? "become leads with new numbers" : "become contacts");
        Row("groups", report.Groups);
        Row($"people {would}made", report.Created);
        Row("people the product has already", report.Joined, "by live traffic or an earlier run; their numbers stay");
        Row("leads with another number", report.Renumbered.Count);
        Row("people left out", report.LeftOut.Count);
        Row($"addresses {would}added", report.Identities);
        Row($"conversations {would}made", report.Conversations);
        Row($"former keys that {(request.Execute ? "" : "would ")}go on answering", report.Aliases);
        Row("linked messages", report.Messages);
        if (request.Execute)
        {
            Row("messages written", report.MessagesWritten);
            Row("messages the product had already", report.MessagesThere, "live traffic, an earlier run, or twice in the older table");
            Row("messages of people left out", report.MessagesLeftOut);
        }
        if (report.MessagesUnlinked > 0) Row("messages without a conversation", report.MessagesUnlinked, "stay where they are; `pipeline backfill --execute` links new ones");
        if (report.Retries > 0) Row("transactions begun again", report.Retries, "live traffic was in their way");
        Examples("Leads with another number", report.Renumbered, request.Examples);
        Examples("Left out", report.LeftOut, request.Examples);
        if (request.List is { } file) WriteList(file, report);
        terminal.Say();
        if (!request.Execute) terminal.Say("Go on with --execute. A run that is broken off is continued by the next one.");
        else if (!report.ChangedAnything) terminal.Say("Everything was there already; nothing has been changed.");
    }

    private async Task<int> CheckAsync(NpgsqlDataSource database, BackfillOptions options, AdoptionReport report, CancellationToken cancellation)
    {
        var failed = false;
        foreach (var check in await AdoptionChecks.RunAsync(database, options, cancellation))
        {
            // Those of people who were left out are missing for a reason, and businesses that were not asked for are not there.
            var expected = check.What.StartsWith("linked messages", StringComparison.Ordinal) && (report.MessagesLeftOut > 0 || options.Businesses.Count > 0);
            terminal.Say($"  {(check.Found == 0 ? "ok  " : expected ? "see " : "FAIL")} {check.What}: {Number(check.Found)}");
            failed |= check.Found > 0 && !expected;
        }
        return failed ? ExitCode.Failed : ExitCode.Ok;
    }

    private void Examples(string title, List<AdoptionNote> notes, int most)
    {
        if (notes.Count == 0) return;
        terminal.Say();
        terminal.Say($"{title}: {Number(notes.Count)}");
        foreach (var note in notes.Take(most)) terminal.Say($"  business {note.Business}, {note.Who}: {note.What}");
        if (notes.Count > most) terminal.Say($"  … and {Number(notes.Count - most)} more; --list FILE writes them all");
    }

    private static void WriteList(string file, AdoptionReport report)
    {
        using var output = new StreamWriter(file, append: false);
        output.Write("business,kind,who,what\n");
        foreach (var (kind, notes) in new[] { ("renumbered", report.Renumbered), ("left-out", report.LeftOut) })
            foreach (var note in notes) output.Write($"{note.Business},{kind},{note.Who},\"{note.What.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n");
    }

    private void Row(string what, long count, string remark = "") => terminal.Say($"  {what,-40} {Number(count),12}  {remark}".TrimEnd());

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
