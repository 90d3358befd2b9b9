namespace Pipeline.Streaming;

/// <summary>One record to write. Made by <see cref="OutputTopic{T}"/>.</summary>
/// <param name="Topic">Full topic name.</param>
/// <param name="Key">Record key.</param>
/// <param name="Value">Framed value; null is a tombstone.</param>
/// <param name="EventId">Becomes the headers <c>event-id</c> and <c>ce_id</c>.</param>
/// <param name="EventType">Becomes <c>ce_type</c>, for example <c>whatsapp.message.enriched.v1</c>.</param>
/// <param name="BusinessId">Becomes <c>ce_source</c> (<c>/whatsapp/{business}</c>).</param>
/// <param name="Time">The event's own time for <c>ce_time</c>; null leaves the header out.</param>
public sealed record Output(string Topic, string Key, byte[]? Value, string EventId, string EventType, long BusinessId, DateTimeOffset? Time);
