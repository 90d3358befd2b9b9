namespace Pipeline.Streaming;

/// <summary>
/// A stage whose effects and positions are stored together (the Sink, in Postgres). The loop starts at these positions instead of
/// Kafka's, and mirrors them to Kafka after each batch so that lag dashboards see them.
/// </summary>
/// <remarks>
/// Two rules follow from storing the position together with the effect. Of a batch in which such a stage answers any
/// <see cref="Outcome.Reject"/> it should store nothing: the loop makes the dead letters durable and calls again with the rest and the
/// same <see cref="Batch{T}.Next"/>; stored earlier, a crash in between would leave the rejected record nowhere. (A second call with
/// positions that are stored already must be harmless.) And it never emits records: they could be lost between its effect and their
/// acknowledgement; the loop stops the process if it does.
/// </remarks>
public interface IOwnPositions
{
    /// <summary>The next offset of each of the given partitions, as stored; a partition that has never been stored is left out, and is read from its beginning.</summary>
    /// <param name="partitions">Positions whose offset is ignored.</param>
    Task<IReadOnlyList<Position>> LoadAsync(IReadOnlyList<Position> partitions, CancellationToken cancellation);
}
