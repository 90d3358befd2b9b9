using System.CommandLine;
using Pipeline.Cli.Operations;
using Pipeline.Cli.Rebuilding;

namespace Pipeline.Cli.Commands;

/// <summary>The options of <c>pipeline replay</c> that make, follow and discard a side-by-side rebuild.</summary>
internal sealed class ReplayInto
{
    private const string CacheOnly = "cache-only";
    private readonly Option<string?> into = new("--into") { Description = "Rebuild side by side, under this name: small letters and digits.", HelpName = "NAME" };
    private readonly Option<bool> follow = new("--follow") { Description = "With --into: go on after it has caught up, until Ctrl-C." };
    private readonly Option<bool> discard = new("--discard") { Description = "With --into: drop the rebuild, its tables and its topics." };
    private readonly Option<string> resolve = new Option<string>("--resolve") { Description = "With --into: who answers for LIDs that no event tells. What the live table remembers, or the endpoint.", HelpName = "cache-only|live", DefaultValueFactory = _ => CacheOnly }.AcceptOnlyFromAmong(CacheOnly, "live");
    private readonly Option<long?> fromOffset = new("--from-offset") { Description = "With --into: begin at this offset of every partition of raw. Default: the beginning.", HelpName = "N" };
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
    public Symbol[] Symbols => [into, follow, discard, resolve, fromOffset, withoutWhatIsGone, set];

    /// <summary>Whether a rebuild is meant.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(into) is not null;

    /// <summary>Does what was asked.</summary>
    public Task<int> RunAsync(ParseResult parsed, OperatingTools tools, Terminal terminal, CancellationToken ending)
    {
        var name = parsed.GetValue(into)!;
        if (parsed.GetValue(discard)) return new DiscardRun(terminal).RunAsync(name, tools, ending);
        if (parsed.GetValue(fromOffset) is < 0) throw new PipelineException("--from-offset is a whole number from 0.", exitCode: ExitCode.Usage);
        var request = new RebuildRun.Request(
            name, parsed.GetValue(follow), parsed.GetValue(resolve) != CacheOnly, parsed.GetValue(fromOffset), parsed.GetValue(withoutWhatIsGone),
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
