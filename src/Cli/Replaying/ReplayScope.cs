using System.Globalization;
using Pipeline.Contracts;

namespace Pipeline.Cli.Replaying;

/// <summary>Which partitions of which topics.</summary>
/// <param name="Topic">Full topic name.</param>
/// <param name="Partitions">Their numbers; null for all.</param>
internal sealed record ReplayScope(string Topic, IReadOnlyList<int>? Partitions)
{
    /// <summary>The groups of the pipeline and what each reads, by the word of <c>--stage</c>.</summary>
    public static IReadOnlyList<(string Stage, string Group, string Topic)> Stages(Topics topics) =>
    [
        ("resolver", Topics.Groups.Resolver, topics.Raw.Name),
        ("threadlinker", Topics.Groups.ThreadLinker, topics.Enriched.Name),
        ("leads", Topics.Groups.Leads, topics.Leads.Name),
        ("sink", Topics.Groups.Sink, topics.Linked.Name),
    ];

    /// <summary>Reads <c>topic</c> or <c>topic:0,1,2</c>.</summary>
    /// <exception cref="PipelineException">The partitions are no numbers.</exception>
    public static ReplayScope Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return new ReplayScope(text, null);
        var partitions = new List<int>();
        foreach (var number in text[(colon + 1)..].Split(','))
        {
            if (colon == 0 || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
                throw new PipelineException($"--topic takes TOPIC or TOPIC:0,1,2, not '{text}'.", exitCode: ExitCode.Usage);
            partitions.Add(partition);
        }
        return new ReplayScope(text[..colon], [.. partitions.Distinct().Order()]);
    }
}
