namespace Pipeline.Streaming;

/// <summary>A record is larger than Kafka takes (<c>message.max.bytes</c>). Nothing of the call was written.</summary>
public sealed class RecordTooLargeException(string message) : Exception(message);
