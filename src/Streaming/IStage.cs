namespace Pipeline.Streaming;

/// <summary>
/// One step of the pipeline: a batch in, an outcome for each input out. A stage knows nothing of Kafka, retries, logging or metrics:
/// the loop does those. It may be called again with the same inputs at any time (after a fault, a rebalance or a restart), so its
/// effects are idempotent.
/// </summary>
/// <remarks>
/// Expected ends are outcomes; broken infrastructure throws. A transient exception (<see cref="Transient.Is"/>) makes the loop wait and
/// call again with the same batch, for as long as it takes. Any other exception counts as a bug: a few attempts, then the batch is
/// halved until the one record that fails stands alone and goes to the dead-letter topic.
/// </remarks>
public interface IStage<TIn>
{
    /// <summary>Takes one batch through the step.</summary>
    /// <returns>Exactly one outcome for each input, in the same order.</returns>
    Task<IReadOnlyList<Outcome>> RunAsync(Batch<TIn> batch, CancellationToken cancellation);
}
