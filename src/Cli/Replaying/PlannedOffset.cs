namespace Pipeline.Cli.Replaying;

/// <summary>Where a group goes on, on one partition.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="Offset">The next offset it will read.</param>
/// <param name="Current">The next offset it would read now; null when it has never read.</param>
/// <param name="Records">Records from the new offset to the end.</param>
internal sealed record PlannedOffset(string Group, string Topic, int Partition, long Offset, long? Current, long Records);
