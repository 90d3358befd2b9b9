using Pipeline.Streaming;

namespace Pipeline.Cli.Replaying;

/// <summary>From a scenario to offsets, with the rules and the warnings of <c>kafka-consumer-groups.sh</c>.</summary>
/// <param name="times">Finds where a time begins.</param>
/// <param name="warn">Told of every offset that is not the one asked for.</param>
internal sealed class StartPositions(OffsetsByTime times, Action<string> warn)
{
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(15);

    /// <summary>Where to begin on each partition, in the order given. A plan leaves out the partitions that it does not name.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="group">Whose offsets they are; for plans that name groups.</param>
    /// <param name="partitions">The partitions with their ends and where the group stands.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    /// <exception cref="PipelineException">The scenario does not fit the group.</exception>
    public async Task<IReadOnlyList<Position>> FindAsync(Scenario scenario, string group, IReadOnlyList<PartitionLag> partitions, CancellationToken cancellation)
    {
        IReadOnlyList<long?> wanted = scenario switch
        {
            Scenario.ToOffset to => [.. partitions.Select(_ => (long?)to.Offset)],
            Scenario.ToTime to => await times.FindAsync(partitions, to.Time, AskLimit, cancellation),
            Scenario.ToEarliest => [.. partitions.Select(one => (long?)one.Low)],
            Scenario.ToLatest => [.. partitions.Select(one => (long?)one.High)],
            Scenario.ToCurrent => [.. partitions.Select(one => one.Committed ?? one.High)],
            Scenario.ShiftBy by => [.. partitions.Select(one => (long?)Shifted(one, by.Records))],
            Scenario.Planned plan => Planned(plan, group, partitions),
            _ => throw new ArgumentOutOfRangeException(nameof(scenario)),
        };
        var positions = new List<Position>(partitions.Count);
        foreach (var (partition, offset) in partitions.Zip(wanted))
        {
            if (offset is null && scenario is Scenario.Planned) continue;
            positions.Add(new Position(partition.Topic, partition.Partition, offset is { } asked ? Clamped(partition, asked) : End(partition)));
        }
        return positions;
    }

    private static long Shifted(PartitionLag partition, long records)
    {
        var current = partition.Committed
            ?? throw new PipelineException($"Cannot shift offset for partition {partition.Topic}-{partition.Partition} since there is no current committed offset");
        // Further than any partition reaches is clamped afterwards; it must not wrap around before.
        return Math.Clamp(records, -current, long.MaxValue - current) + current;
    }

    private static List<long?> Planned(Scenario.Planned plan, string group, IReadOnlyList<PartitionLag> partitions)
    {
        var lines = plan.Lines.Where(line => line.Group is null || line.Group == group).ToDictionary(line => (line.Topic, line.Partition), line => line.Offset);
        return [.. partitions.Select(one => lines.TryGetValue((one.Topic, one.Partition), out var offset) ? offset : (long?)null)];
    }

    // Kafka's words: what is meant is that no record is dated at or after the time.
    private long End(PartitionLag partition)
    {
        warn($"Warn: Partition {partition.Partition} from topic {partition.Topic} is empty. Falling back to latest known offset.");
        return partition.High;
    }

    private long Clamped(PartitionLag partition, long offset)
    {
        var end = offset > partition.High ? ("higher than latest", partition.High) : offset < partition.Low ? ("lower than earliest", partition.Low) : ("", offset);
        if (end.Item2 != offset) warn($"WARN: New offset ({offset}) is {end.Item1} offset for topic partition {partition.Topic}-{partition.Partition}. Value will be set to {end.Item2}");
        return end.Item2;
    }
}
