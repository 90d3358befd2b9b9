using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Healing;

namespace Pipeline.Cli.Healing;

/// <summary>One run of <c>pipeline backfill</c>: shows the plan, or does it and shows what came of it.</summary>
internal sealed class BackfillRun(Terminal terminal, TimeProvider clock)
{
    private const int FaultsShown = 10;

    /// <summary>What was asked for.</summary>
    /// <param name="Options">Which tables, and how far.</param>
    /// <param name="Execute">Whether anything is written.</param>
    /// <param name="Mappings">A file of pairs, or null.</param>
    /// <param name="List">Where the leads with a fake phone are listed, or null.</param>
    /// <param name="Examples">Examples of each kind.</param>
    /// <param name="ShowNumbers">Whether numbers are shown in full.</param>
    public sealed record Request(BackfillOptions Options, bool Execute, string? Mappings, string? List, int Examples, bool ShowNumbers);

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="PipelineException">It did not work.</exception>
    public async Task<int> RunAsync(Request request, OperatingTools tools, CancellationToken cancellation)
    {
        if (request.Mappings is { } file) request = request with { Options = request.Options with { Mappings = ReadMappings(file) } };
        await using var database = tools.OpenDatabase(OlderDatabase.Of(request.Options.Schema));
        return await OlderDatabase.SpeakAsync(() => request.Execute ? ExecuteAsync(request, database, cancellation) : PlanAsync(request, database, cancellation));
    }

    private async Task<int> PlanAsync(Request request, NpgsqlDataSource database, CancellationToken cancellation)
    {
        var summary = new PlanSummary(request.Examples, new ShownNumbers(request.ShowNumbers));
        var fakes = new List<FakePhone>();
        await new Backfill(database, request.Options, clock).PlanAsync((plan, facts) =>
        {
            summary.Add(plan, facts);
            if (request.List is not null) fakes.AddRange(plan.FakePhones.Select(fake => FakePhone.Of(facts.Business, fake.Lead, fake.Kept)));
        }, cancellation);

        terminal.Say($"The plan for the schema '{request.Options.Schema}'. Nothing has been written.");
        foreach (var line in PlanText.Of(summary, request.Options.SkipBackfill, request.Options.SkipMerge)) terminal.Say(line);
        if (request.List is { } list) WriteList(list, fakes);
        terminal.Say();
        terminal.Say(summary.IsEmpty ? "Nothing is left to do." : "To do it, give the same command with --execute. It can be broken off and given again at any time.");
        return ExitCode.Ok;
    }

    private async Task<int> ExecuteAsync(Request request, NpgsqlDataSource database, CancellationToken cancellation)
    {
        var begun = clock.GetTimestamp();
        var board = new StepBoard(terminal, clock);
        var report = await board.RunAsync(() => new Backfill(database, request.Options, clock, board.Show).ExecuteAsync(cancellation));

        terminal.Say(report.Changes == 0 ? "Nothing was left to do; nothing was changed." : $"Done in {clock.GetElapsedTime(begun).TotalSeconds:0.0} s.");
        foreach (var added in report.Added) terminal.Say($"  added {added}");
        foreach (var (count, what) in (IEnumerable<(long, string)>)
        [
            (report.LeadsChanged, "leads repaired, cleared or merged"), (report.IdentitiesMoved, "identities moved to another lead"),
            (report.ConversationsChanged, "conversations with a new key or lead"), (report.ConversationsMerged, "conversations closed as duplicates"),
            (report.ConversationsMade, "conversations made for messages that had none"), (report.MessagesLinked, "messages linked"),
            (report.MessagesMoved, "messages moved from a closed conversation"), (report.MessagesSetAside, "messages that belong to no conversation, noted with the reason"),
            (report.Retries, "transactions done again because live traffic was in the way"),
        ])
        {
            if (count > 0) terminal.Say(PlanText.Line(count, what));
        }
        if (!report.NothingLeft) terminal.Say($"After {report.Passes} passes there was still something new: live traffic goes on. Give the command again for what came last.");
        var constraint = request.Options.SkipMerge || request.Options.SkipBackfill;
        if (!report.KeysAreUnique && !constraint) terminal.Say("UNIQUE (business_id, canonical_key) could not be added yet, because live traffic made duplicates meanwhile. Give the command again.");

        if (request.List is { } list) WriteList(list, await FakePhone.ReadAsync(database, cancellation));
        terminal.Say();
        // The checks count all businesses, and the others have not been healed.
        if (request.Options.Businesses.Count > 0) return constraint || report.KeysAreUnique ? ExitCode.Ok : ExitCode.Failed;
        var good = BackfillCheckRun.Show(terminal, await Checks.RunAsync(database, cancellation));
        return constraint || (good && report.KeysAreUnique) ? ExitCode.Ok : ExitCode.Failed;
    }

    private static IReadOnlyList<StatedMapping> ReadMappings(string file)
    {
        try
        {
            var (mappings, faults) = MappingFile.Read(File.ReadLines(file));
            if (faults.Count == 0) return mappings;
            throw new PipelineException(
                $"{file}: {faults.Count} lines are no pairs of LID and phone; nothing was done.",
                string.Join('\n', faults.Take(FaultsShown).Select(fault => $"line {fault.Line}: {fault.Why}")) + "\nA line is business,lid,phone, or a JSON object with these members.",
                ExitCode.Usage);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException(fault.Message, exitCode: ExitCode.Usage, inner: fault);
        }
    }

    private void WriteList(string file, IReadOnlyCollection<FakePhone> fakes)
    {
        try
        {
            // Phones in full: nobody else may read them.
            PrivateFile.Write(file, string.Concat(fakes.Select(fake => fake.Line + "\n").Prepend(FakePhone.Heading + "\n")));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException(fault.Message, inner: fault);
        }
        terminal.Say($"{PlanText.Number(fakes.Count)} leads with a fake phone are listed in {file}.");
    }
}
