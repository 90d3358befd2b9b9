using System.CommandLine;
using Pipeline.Contracts;

namespace Pipeline.Cli.Replaying;

/// <summary>The options that say whose offsets are moved, and on which topics.</summary>
internal sealed class ReplayScopeOptions
{
    private readonly Option<string[]> groups = Several("--group", "Consumer group; may be given several times.", "G");
    private readonly Option<string[]> stages = Several("--stage", "The same by the stage's name: resolver, threadlinker, leads, sink.", "S");
    private readonly Option<string[]> topics = Several("--topic", "Topic, or topic:0,1,2 for some of its partitions; may be given several times. Default: what the stage reads.", "T");
    private readonly Option<bool> allTopics = new("--all-topics") { Description = "Every topic on which the group has offsets." };

    /// <summary>The options, for the command.</summary>
    public Symbol[] Symbols => [groups, stages, topics, allTopics];

    /// <summary>What was asked for.</summary>
    /// <exception cref="PipelineException">It does not fit together.</exception>
    public OffsetMove.Request Request(ParseResult parsed, Topics names, Scenario scenario, bool execute, bool export)
    {
        var known = ReplayScope.Stages(names);
        var asked = new List<string>(parsed.GetValue(groups) ?? []);
        foreach (var stage in parsed.GetValue(stages) ?? []) asked.Add(StageOf(stage, known).Group);
        if (asked.Count != asked.Distinct().Count()) throw Wrong("A group is named twice.");
        var scopes = (parsed.GetValue(topics) ?? []).Select(ReplayScope.Parse).ToList();
        if (scopes.Count > 0 && parsed.GetValue(allTopics)) throw Wrong("--topic and --all-topics exclude each other.");
        if (scopes.GroupBy(scope => scope.Topic).FirstOrDefault(same => same.Count() > 1) is { Key: var twice }) throw Wrong($"--topic {twice} is given twice.");
        if (scenario is Scenario.Planned plan)
        {
            if (scopes.Count > 0 || parsed.GetValue(allTopics)) throw Wrong("--from-file names its topics itself.");
            asked = GroupsOf(plan, asked);
        }
        if (asked.Count == 0) throw Wrong("Whose offsets? Give --group or --stage.");
        return new OffsetMove.Request(
            [.. asked.Select(group => (group, (string?)known.FirstOrDefault(stage => stage.Group == group).Topic))], scopes, parsed.GetValue(allTopics), scenario, execute, export);
    }

    private static (string Stage, string Group, string Topic) StageOf(string word, IReadOnlyList<(string Stage, string Group, string Topic)> known)
    {
        foreach (var stage in known)
            if (stage.Stage == word) return stage;
        throw Wrong($"--stage is one of {string.Join(", ", known.Select(stage => stage.Stage))}, not '{word}'.");
    }

    private static List<string> GroupsOf(Scenario.Planned plan, List<string> asked)
    {
        var named = plan.Lines.Select(line => line.Group).OfType<string>().Distinct().ToList();
        if (named.Count == 0) return asked.Count <= 1 ? asked : throw Wrong("The file names no groups, so exactly one --group or --stage says whose offsets they are.");
        if (asked.Find(group => !named.Contains(group)) is { } absent) throw Wrong($"The file has no offsets of '{absent}'.");
        return asked.Count > 0 ? asked : named;
    }

    private static Option<string[]> Several(string name, string description, string value) => new(name) { Description = description, HelpName = value, AllowMultipleArgumentsPerToken = false };

    private static PipelineException Wrong(string what) => new(what, "See ./pipeline replay --help", ExitCode.Usage);
}
