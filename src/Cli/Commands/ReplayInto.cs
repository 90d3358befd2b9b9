using System.CommandLine;
using Pipeline.Cli.Operations;
using Pipeline.Cli.Rebuilding;
using Pipeline.Cli.Replaying;

namespace Pipeline.Cli.Commands;

/// <summary>The options of <c>pipeline replay</c> that make, follow and discard a side-by-side rebuild.</summary>
internal sealed class ReplayInto
{
    private readonly Option<string?> into = new("--into") { Description = "Rebuild side by side, under this name: small letters and digits.", HelpName = "NAME" };
    private readonly Option<bool> follow = new("--follow") { Description = "With --into: go on after it has caught up, until Ctrl-C." };
    private readonly Option<bool> discard = new("--discard") { Description = "With --into: drop the rebuild, its tables and its topics." };
    private readonly Option<bool> withoutWhatIsGone = new("--without-what-is-gone") { Description = "With --into: go on although Kafka has dropped the beginning of raw." };
    private readonly Option<string[]> set = new("--set") { Description = "With --into: a setting of the services that differs; may be given several times.", HelpName = "Section:Key=value" };

    /// <summary>Shown below the options.</summary>
    public const string Notes = """
        --into NAME runs today's Resolver, ThreadLinker and Sink in this process over the live raw and leads, from the beginning, into a
        schema (whatsapp_NAME), topics and groups of their own. Live traffic goes on and is not touched. It ends when it has caught up with
        where raw ended at the start; run again, it goes on where it stood. Give it the settings the services have (the same environment).
        Then: ./pipeline diff NAME, and ./pipeline promote NAME. See docs/operations/rebuild.md.

        Examples:
          ./pipeline replay --into next
          ./pipeline replay --into next --set Leads:FromGroups=true
          ./pipeline replay --into next --follow
          ./pipeline replay --into next --discard
        """;

    /// <summary>The options, for the command.</summary>
    public Symbol[] Symbols => [into, follow, discard, withoutWhatIsGone, set];

    /// <summary>Whether a rebuild is meant.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(into) is not null;

    /// <summary>Does what was asked.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="from">Where on <c>raw</c> to begin; null is the beginning.</param>
    /// <param name="resolve">Who answers for LIDs that no event tells: <c>cache-only</c> (or null), what the live table remembers; <c>live</c>, the endpoint.</param>
    /// <param name="tools">Where the live installation is.</param>
    /// <param name="terminal">Told along the way.</param>
    /// <param name="ending">Ends it; run again, it goes on.</param>
    public Task<int> RunAsync(ParseResult parsed, Scenario? from, string? resolve, OperatingTools tools, Terminal terminal, CancellationToken ending)
    {
        var name = parsed.GetValue(into)!;
        if (parsed.GetValue(discard)) return new DiscardRun(terminal).RunAsync(name, tools, ending);
        if (resolve is not (null or "cache-only" or "live")) throw new PipelineException("--resolve is cache-only or live.", exitCode: ExitCode.Usage);
        var request = new RebuildRun.Request(
            name, parsed.GetValue(follow), resolve == "live", from, parsed.GetValue(withoutWhatIsGone),
            (parsed.GetValue(set) ?? []).Select(Setting).ToDictionary(setting => setting.Key, setting => setting.Value));
        return new RebuildRun(terminal, CheckoutFolders.Find(), TimeProvider.System).RunAsync(request, tools, ending);
    }

    private static (string Key, string Value) Setting(string text)
    {
        var parts = text.Split('=', 2);
        return parts.Length == 2 && parts[0].Contains(':', StringComparison.Ordinal) && !parts[0].StartsWith('-')
            ? (parts[0], parts[1])
            : throw new PipelineException($"--set takes Section:Key=value, not '{Terminal.Harmless(text)}'.", exitCode: ExitCode.Usage);
    }
}
