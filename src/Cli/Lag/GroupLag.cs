namespace Pipeline.Cli.Lag;

/// <summary>How far a group has come on one partition, as <c>pipeline lag</c> tells it. Null means that it is not known.</summary>
/// <param name="Group">Consumer group.</param>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="CurrentOffset">The committed offset; null when there has never been one.</param>
/// <param name="LogEndOffset">Offset that the next record will get.</param>
/// <param name="Lag">Records that are not taken care of: all there are when nothing has ever been committed, because a group begins at the first.</param>
/// <param name="LagSeconds">How long the first of them has been waiting.</param>
/// <param name="Member">Who holds the partition.</param>
internal sealed record GroupLag(
    string Group, string Topic, int Partition, long? CurrentOffset, long LogEndOffset, long Lag, double? LagSeconds, string? Member);
