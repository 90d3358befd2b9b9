namespace Pipeline.Streaming;

/// <summary>
/// A stage whose effects and positions are stored together (the Sink, in Postgres). The loop starts at these positions instead of
/// Kafka's, and mirrors them to Kafka after each batch so that lag dashboards see them.
/// </summary>
public interface IOwnPositions
{
    /// <summary>The next offset of each of the given partitions, as stored; a partition that has never been stored is left out.</summary>
    /// <param name="partitions">Positions whose offset is ignored.</param>
    Task<IReadOnlyList<Position>> LoadAsync(IReadOnlyList<Position> partitions, CancellationToken cancellation);
}
