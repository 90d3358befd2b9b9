namespace Pipeline.Streaming;

/// <summary>A micro-batch: records of one or more partitions, in the order of each partition.</summary>
/// <param name="Inputs">The records that could be decoded. May be empty when every record of the batch was set aside.</param>
/// <param name="Next">For each partition in the batch, the offset to go on from once the batch has taken effect.</param>
public sealed record Batch<T>(IReadOnlyList<Input<T>> Inputs, IReadOnlyList<Position> Next)
{
    /// <summary>
    /// Another object whenever partitions have changed hands in between. A stage that remembers things about its keys forgets them
    /// then: while another process had them, they may have changed.
    /// </summary>
    public Tenure? Tenure { get; init; }
}
