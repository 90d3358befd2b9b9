using System.CommandLine;
using System.Globalization;

namespace Pipeline.Cli.Replaying;

/// <summary>The options that say where to begin. Exactly one is given.</summary>
internal sealed class ScenarioOptions
{
    private readonly Option<string?> toOffset = Text("--to-offset", "At this offset on every partition; what is out of range is set to the nearest end.", "N");
    private readonly Option<string?> toDatetime = Text("--to-datetime", $"At the first record that is not before this time, {ReplayTime.Form}; UTC when it names no zone.", "TIME");
    private readonly Option<string?> byDuration = Text("--by-duration", "The same, so long before now: PnDTnHnMnS.", "DURATION");
    private readonly Option<bool> toEarliest = new("--to-earliest") { Description = "At the first record that is left." };
    private readonly Option<bool> toLatest = new("--to-latest") { Description = "Behind the last record: what lies between is skipped." };
    private readonly Option<bool> toCurrent = new("--to-current") { Description = "Where the group stands now, for --export." };
    private readonly Option<string?> shiftBy = Text("--shift-by", "So many records after where the group stands; negative: before.", "N");
    private readonly Option<string?> fromFile = Text("--from-file", "Where a plan says: --export of this command or of Kafka's tool, or lines 'TOPIC PARTITION OFFSET' of rpk.", "FILE");

    /// <summary>The options, for the command.</summary>
    public Symbol[] Symbols => [toOffset, toDatetime, byDuration, toEarliest, toLatest, toCurrent, shiftBy, fromFile];

    /// <summary>The scenario that was given; null when none was.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="clock">For <c>--by-duration</c>.</param>
    /// <exception cref="PipelineException">More than one was given, or a value cannot be read.</exception>
    public Scenario? Given(ParseResult parsed, TimeProvider clock)
    {
        var given = new List<Scenario>();
        if (parsed.GetValue(toOffset) is { } offset) given.Add(new Scenario.ToOffset(Number(offset, "--to-offset", NumberStyles.None)));
        if (parsed.GetValue(toDatetime) is { } time) given.Add(new Scenario.ToTime(ReplayTime.Parse(time, "--to-datetime")));
        if (parsed.GetValue(byDuration) is { } duration) given.Add(new Scenario.ToTime(Before(clock.GetUtcNow(), ReplayTime.ParseDuration(duration, "--by-duration"))));
        if (parsed.GetValue(toEarliest)) given.Add(new Scenario.ToEarliest());
        if (parsed.GetValue(toLatest)) given.Add(new Scenario.ToLatest());
        if (parsed.GetValue(toCurrent)) given.Add(new Scenario.ToCurrent());
        if (parsed.GetValue(shiftBy) is { } records) given.Add(new Scenario.ShiftBy(Number(records, "--shift-by", NumberStyles.AllowLeadingSign)));
        if (parsed.GetValue(fromFile) is { } file) given.Add(new Scenario.Planned(PlanLine.Parse(LinesOf(file), file)));
        if (given.Count > 1) throw new PipelineException("Exactly one of --to-offset, --to-datetime, --by-duration, --to-earliest, --to-latest, --to-current, --shift-by and --from-file says where to begin.", exitCode: ExitCode.Usage);
        return given.FirstOrDefault();
    }

    private static DateTimeOffset Before(DateTimeOffset now, TimeSpan duration) =>
        now - DateTimeOffset.UnixEpoch > duration ? now - duration : DateTimeOffset.UnixEpoch;

    private static long Number(string text, string option, NumberStyles style) =>
        long.TryParse(text, style, CultureInfo.InvariantCulture, out var number) ? number : throw new PipelineException($"{option} takes a whole number.", exitCode: ExitCode.Usage);

    private static string[] LinesOf(string file)
    {
        try
        {
            return file == "-" ? Console.In.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries) : File.ReadAllLines(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"{file} cannot be read: {fault.Message}", exitCode: ExitCode.Usage, inner: fault);
        }
    }

    private static Option<string?> Text(string name, string description, string value) => new(name) { Description = description, HelpName = value };
}
