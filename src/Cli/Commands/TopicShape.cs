using System.CommandLine;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary>The options that say what new topics look like.</summary>
internal sealed class TopicShape
{
    private readonly Option<int> partitions = WholeNumber.Option("--partitions", "Partitions of each topic: how many copies of a service can share the work.", "N", least: 1, most: 10_000, usual: 12);
    private readonly Option<int> replication = WholeNumber.Option("--replication", "Copies of each partition; 3 in production.", "N", least: 1, most: 1000, usual: 1);
    private readonly Option<int> days = WholeNumber.Option("--retention-days", "How long records are kept. The compacted topic keeps the newest of each key for ever.", "N", least: 1, most: 36_500, usual: 7);

    /// <summary>The options, for the command.</summary>
    public Symbol[] Symbols => [partitions, replication, days];

    /// <summary>Creates topics of this shape.</summary>
    public Task CreateAsync(SetUp setUp, ParseResult parsed) =>
        setUp.CreateTopicsAsync(parsed.GetValue(partitions), (short)parsed.GetValue(replication), TimeSpan.FromDays(parsed.GetValue(days)));
}
