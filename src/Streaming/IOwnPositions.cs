namespace Pipeline.Streaming;

/// <summary>
/// A stage whose effects and positions are stored together (the Sink, in Postgres). The loop starts at these positions instead of
/// Kafka's, and mirrors them to Kafka after each batch so that lag dashboards see them. A group that stands further back in Kafka was set
/// back by an operator, or died before it could mirror: reading begins there, which is safe because effects are idempotent. One that
/// stands further on is not followed, because what lies between may have had no effect.
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

    /// <summary>
    /// Stores smaller positions, each only if the stored one is still what was loaded: somebody has set the group back in Kafka, and what
    /// lies between is to be read again. All of them or none.
    /// </summary>
    /// <param name="moves">What is stored now, and the smaller offset to store instead.</param>
    /// <returns>False when one of the stored positions is another one by now; nothing was stored then.</returns>
    Task<bool> MoveBackAsync(IReadOnlyList<(Position Stored, long To)> moves, CancellationToken cancellation);
}
