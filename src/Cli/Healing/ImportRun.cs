using System.Globalization;
using System.Text;
using Pipeline.Cli.Operations;
using Pipeline.Healing;
using Pipeline.Healing.Importing;

namespace Pipeline.Cli.Healing;

/// <summary>One run of <c>pipeline backfill --from</c>: an exported history read, its merge list written.</summary>
internal sealed class ImportRun(Terminal terminal)
{
    private const long BytesBetweenReports = 100L << 20;

    /// <summary>What was asked for.</summary>
    /// <param name="Options">Where the older tables are, and the business.</param>
    /// <param name="Source">Which program wrote the file.</param>
    /// <param name="File">The export.</param>
    /// <param name="Output">Where the merge list goes; null: standard output.</param>
    /// <param name="List">Where the findings go; null: nowhere but the summary.</param>
    /// <param name="Force">Files that exist may be replaced.</param>
    /// <param name="Execute">Hand the pairs to the backfill.</param>
    /// <param name="ShowNumbers">Phones and LIDs in full.</param>
    public sealed record Request(BackfillOptions Options, ExportSource Source, string? File, string? Output, string? List, bool Force, bool Execute, bool ShowNumbers);

    /// <summary>Runs it.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="tools">Opened only to hand pairs over.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    public async Task<int> RunAsync(Request request, Func<OperatingTools> tools, CancellationToken cancellation)
    {
        var file = request.File ?? throw new PipelineException("--from needs the exported file.", "./pipeline backfill --from evolution export.jsonl", ExitCode.Usage);
        var business = BusinessOf(request);
        foreach (var written in new[] { request.Output, request.List }.OfType<string>())
            if (File.Exists(written) && !request.Force) throw new PipelineException($"{written} exists.", "--force replaces it.", ExitCode.Usage);

        // The merge list is the result: what is told beside it must not stand in it.
        Action<string> say = request.Output is null ? terminal.Complain : terminal.Say;
        var history = Read(file, request.Source, cancellation);
        var list = MergeList.Of(history);
        foreach (var line in ImportSummary.Lines(history, list, business, request.ShowNumbers)) say(line);
        Write(request.Output, terminal.Output, output => MergeListCsv.Write(output, business, list));
        if (request.List is not null) Write(request.List, terminal.Output, output => MergeListCsv.WriteFindings(output, business, list, history));

        say("");
        if (request.Output is not null) say($"The merge list is in {request.Output}.");
        if (!request.Execute)
        {
            say($"Nothing was written to a database. With --execute, the pairs of LID and phone ({list.Pairs.Count.ToString("N0", CultureInfo.InvariantCulture)}) are kept for the next ./pipeline backfill.");
            return ExitCode.Ok;
        }
        await using var opened = tools();
        await using var database = opened.OpenDatabase(OlderDatabase.Of(request.Options.Schema));
        var added = await FoundMappings.WriteAsync(database, business, request.Source, list, cancellation);
        say($"Of {list.Pairs.Count.ToString("N0", CultureInfo.InvariantCulture)} pairs of LID and phone, {added.ToString("N0", CultureInfo.InvariantCulture)} new ones are kept for the next ./pipeline backfill (table {request.Options.Schema}.pipeline_backfill_mapping).");
        return ExitCode.Ok;
    }

    private SplitHistory Read(string path, ExportSource source, CancellationToken cancellation)
    {
        try
        {
            var (size, told) = (new FileInfo(path).Length, 0L);
            return HistoryImport.Read(path, source, position =>
            {
                if (position - told < BytesBetweenReports) return;
                told = position;
                terminal.Complain($"  read {position >> 20} of {size >> 20} MB");
            }, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"{path} cannot be read: {e.Message}", exitCode: ExitCode.Usage);
        }
    }

    private static void Write(string? path, TextWriter standard, Action<TextWriter> write)
    {
        if (path is null)
        {
            write(standard);
            return;
        }
        using var output = new StreamWriter(path, append: false, new UTF8Encoding(false));
        write(output);
    }

    // One file is one business's: nothing in it would tell two apart for certain.
    private static long BusinessOf(Request request) => request.Options.Businesses.Count switch
    {
        1 => request.Options.Businesses.Single(),
        0 when !request.Execute => 1,
        _ => throw new PipelineException("An export is of one business.", "Give --business once.", ExitCode.Usage),
    };
}
