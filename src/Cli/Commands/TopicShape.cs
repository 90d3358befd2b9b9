using System.CommandLine;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary>The options that say what new topics look like.</summary>
internal sealed class TopicShape
{
    private readonly Option<int> partitions = new("--partitions") { Description = "Partitions of each topic: how many copies of a service can share the work.", HelpName = "N", DefaultValueFactory = _ => 12 };
    private readonly Option<short> replication = new("--replication") { Description = "Copies of each partition; 3 in production.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<int> days = new("--retention-days") { Description = "How long records are kept. The compacted topic keeps the newest of each key for ever.", HelpName = "N", DefaultValueFactory = _ => 7 };

    /// <summary>With their limits checked while the command line is read.</summary>
    public TopicShape()
    {
        partitions.Validators.Add(result => Positive(result.GetValueOrDefault<int>(), "--partitions", result.AddError));
        replication.Validators.Add(result => Positive(result.GetValueOrDefault<short>(), "--replication", result.AddError));
        days.Validators.Add(result => Positive(result.GetValueOrDefault<int>(), "--retention-days", result.AddError));
    }

    /// <summary>The options, for the command.</summary>
    public Symbol[] Symbols => [partitions, replication, days];

    /// <summary>Creates topics of this shape.</summary>
    public Task CreateAsync(SetUp setUp, ParseResult parsed) =>
        setUp.CreateTopicsAsync(parsed.GetValue(partitions), parsed.GetValue(replication), TimeSpan.FromDays(parsed.GetValue(days)));

    private static void Positive(int value, string option, Action<string> fault)
    {
        if (value < 1) fault($"{option} is a whole number from 1.");
    }
}
