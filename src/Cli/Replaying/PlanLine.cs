using System.Globalization;

namespace Pipeline.Cli.Replaying;

/// <summary>One line of a plan file: where a group goes on.</summary>
/// <param name="Group">The group; null in the form for one group.</param>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="Offset">The next offset to read.</param>
internal sealed record PlanLine(string? Group, string Topic, int Partition, long Offset)
{
    /// <summary>
    /// Reads a plan, as Kafka's tool exports it (CSV without header, <c>topic,partition,offset</c> or <c>group,topic,partition,offset</c>)
    /// or as <c>rpk group seek --to-file</c> takes it (<c>TOPIC PARTITION OFFSET</c>). Empty lines are passed over.
    /// </summary>
    /// <param name="lines">The file.</param>
    /// <param name="file">Its name, for complaints.</param>
    /// <exception cref="PipelineException">A line is none of these, or a partition stands there twice.</exception>
    public static IReadOnlyList<PlanLine> Parse(IEnumerable<string> lines, string file)
    {
        var plan = new List<PlanLine>();
        var seen = new HashSet<(string?, string, int)>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (Parse(line) is not { } read)
                throw Wrong($"{file}, line {number}: not 'topic,partition,offset', 'group,topic,partition,offset' or 'TOPIC PARTITION OFFSET'.");
            if (!seen.Add((read.Group, read.Topic, read.Partition))) throw Wrong($"{file}, line {number}: partition {read.Partition} of '{read.Topic}' stands there twice.");
            plan.Add(read);
        }
        if (plan.Count == 0) throw Wrong($"{file} holds no offsets.");
        if (plan.Exists(line => line.Group is null) && plan.Exists(line => line.Group is not null)) throw Wrong($"{file} names the group on some lines only.");
        return plan;
    }

    /// <summary>A plan as CSV without header: with the group when there are several.</summary>
    public static IEnumerable<string> ToCsv(IReadOnlyList<PlannedOffset> plan)
    {
        var several = plan.Select(row => row.Group).Distinct().Skip(1).Any();
        return plan.Select(row => string.Create(CultureInfo.InvariantCulture, $"{(several ? row.Group + "," : "")}{row.Topic},{row.Partition},{row.Offset}"));
    }

    private static PlanLine? Parse(string line)
    {
        var cells = line.Contains(',') ? line.Split(',', StringSplitOptions.TrimEntries) : line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < cells.Length; i++) cells[i] = cells[i].Trim('"');
        var group = cells.Length == 4 && line.Contains(',') ? cells[0] : null;
        if (cells.Length != (group is null ? 3 : 4)) return null;
        var at = group is null ? 0 : 1;
        return cells[at].Length > 0 && group is not ""
            && int.TryParse(cells[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(cells[at + 2], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new PlanLine(group, cells[at], partition, offset)
            : null;
    }

    private static PipelineException Wrong(string what) => new(what, exitCode: ExitCode.Usage);
}
