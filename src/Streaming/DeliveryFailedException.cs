namespace Pipeline.Streaming;

/// <summary>Kafka refused a record for good (not a matter of time: missing rights, an unknown topic, a size the broker does not take).</summary>
/// <param name="message">What Kafka said.</param>
/// <param name="tooLarge">The records that were refused for their size, by the index they were handed over with.</param>
internal sealed class DeliveryFailedException(string message, IReadOnlyList<int> tooLarge) : Exception(message)
{
    /// <summary>The records that were refused for their size. Innocent ones may be among them: a broker refuses all that travelled together.</summary>
    public IReadOnlyList<int> TooLarge { get; } = tooLarge;
}
