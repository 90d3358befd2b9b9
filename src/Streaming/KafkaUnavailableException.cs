namespace Pipeline.Streaming;

/// <summary>
/// Kafka did not acknowledge in time, or cannot take more at the moment. What was handed over may or may not be stored later: the
/// caller tries again with the same event ids.
/// </summary>
/// <remarks>It derives from <see cref="TimeoutException"/>, so <see cref="Transient.Is"/> counts it as a fault that passes.</remarks>
public sealed class KafkaUnavailableException(string message, Exception? inner = null) : TimeoutException(message, inner);
