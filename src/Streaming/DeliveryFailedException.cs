namespace Pipeline.Streaming;

/// <summary>Kafka refused a record for good (not a matter of time: missing rights, an unknown topic).</summary>
internal sealed class DeliveryFailedException(string message) : Exception(message);
