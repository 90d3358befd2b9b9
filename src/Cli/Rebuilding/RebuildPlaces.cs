using System.Text.RegularExpressions;
using Pipeline.Contracts;

namespace Pipeline.Cli.Rebuilding;

/// <summary>Everything that belongs to a rebuild of a name, beside the live tables, topics and groups it is made from.</summary>
/// <param name="Name">Small letters and digits.</param>
/// <param name="LiveSchema">The Postgres schema of the live tables.</param>
/// <param name="LivePrefix">Goes before the live topics.</param>
/// <param name="LiveSuffix">Comes after the live groups.</param>
internal sealed partial record RebuildPlaces(string Name, string LiveSchema, string LivePrefix, string LiveSuffix)
{
    /// <summary>The table that says: this schema is a rebuild. Gone once it is the live one.</summary>
    public const string Mark = "pipeline_rebuild";

    /// <summary>Where the rebuild's tables are.</summary>
    public string Schema => $"{LiveSchema}_{Name}";

    /// <summary>What the live tables are called after a promotion.</summary>
    public string KeptSchema => $"{LiveSchema}_before_{Name}";

    /// <summary>Goes before the rebuild's own topics.</summary>
    public string Prefix => $"{LivePrefix}rebuild.{Name}.";

    /// <summary>Comes after the rebuild's groups.</summary>
    public string Suffix => $"{LiveSuffix}-rebuild-{Name}";

    /// <summary>The live topics.</summary>
    public Topics LiveTopics => new(LivePrefix);

    /// <summary>What the rebuild reads and writes: <c>raw</c> and <c>leads</c> are the live ones.</summary>
    public Topics Topics => new(Prefix, LivePrefix);

    /// <summary>The topics that are the rebuild's own, with the dead letters of all that it reads.</summary>
    public IReadOnlyList<TopicDescription> OwnTopics => [.. Topics.All.Where(topic => topic.Name.StartsWith(Prefix, StringComparison.Ordinal))];

    /// <summary>The rebuild's groups.</summary>
    public IReadOnlyList<string> Groups => [.. new[] { Topics.Groups.Resolver, Topics.Groups.ThreadLinker, Topics.Groups.Leads, Topics.Groups.Sink }.Select(group => group + Suffix)];

    /// <summary>For a name as it was typed.</summary>
    /// <exception cref="PipelineException">It cannot be part of a schema, a topic and a group.</exception>
    public static RebuildPlaces Of(string name, string liveSchema, string livePrefix, string liveSuffix)
    {
        if (!Plain().IsMatch(name))
            throw new PipelineException($"'{Terminal.Harmless(name)}' is not a name for a rebuild.", "Small letters and digits, a letter first, 20 at most: it becomes part of a schema, of topics and of groups.", ExitCode.Usage);
        var places = new RebuildPlaces(name, liveSchema, livePrefix, liveSuffix);
        if (places.KeptSchema.Length > 63) throw new PipelineException($"'{places.KeptSchema}' is too long a name for a Postgres schema.", "Take a shorter name.", ExitCode.Usage);
        return places;
    }

    [GeneratedRegex("^[a-z][a-z0-9]{0,19}$")]
    private static partial Regex Plain();
}
