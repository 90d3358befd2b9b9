namespace Pipeline.Streaming;

/// <summary>The headers on the records of the pipeline.</summary>
public static class HeaderNames
{
    /// <summary>Topic of the record that this one follows from.</summary>
    public const string SourceTopic = "source-topic";

    /// <summary>Its partition, decimal text.</summary>
    public const string SourcePartition = "source-partition";

    /// <summary>Its offset, decimal text.</summary>
    public const string SourceOffset = "source-offset";

    /// <summary>The deterministic event id; the same as <see cref="CloudEventId"/>.</summary>
    public const string EventId = "event-id";

    /// <summary>W3C trace context.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>CloudEvents version, always 1.0.</summary>
    public const string CloudEventVersion = "ce_specversion";

    /// <summary>The deterministic event id. Readers de-duplicate by it.</summary>
    public const string CloudEventId = "ce_id";

    /// <summary><c>/whatsapp/{business}</c>.</summary>
    public const string CloudEventSource = "ce_source";

    /// <summary>For example <c>whatsapp.message.enriched.v1</c>.</summary>
    public const string CloudEventType = "ce_type";

    /// <summary>The event's own time, RFC 3339 in UTC.</summary>
    public const string CloudEventTime = "ce_time";

    /// <summary>Always <c>application/protobuf</c>; the value has Confluent's frame in front.</summary>
    public const string ContentType = "content-type";

    /// <summary>Why a record was set aside: a short code.</summary>
    public const string DeadLetterReason = "dlq-reason";

    /// <summary>How often it was tried, decimal text.</summary>
    public const string DeadLetterAttempts = "dlq-attempts";

    /// <summary>When it first failed, RFC 3339 in UTC.</summary>
    public const string DeadLetterFirstFailureAt = "dlq-first-failure-at";

    /// <summary>How often the record has been sent back after it was set aside, decimal text. It stays on the record when it is set aside again.</summary>
    public const string DeadLetterRedrives = "dlq-redrives";

    /// <summary>Names the replay that has written a record once more; readers may pass over what has it.</summary>
    public const string ReplayId = "replay-id";

    /// <summary>How the Resolver treats a record that is written once more: <see cref="CacheOnly"/> asks no endpoint.</summary>
    public const string ReplayResolve = "replay-resolve";

    /// <summary>A value of <see cref="ReplayResolve"/>.</summary>
    public const string CacheOnly = "cache-only";

    /// <summary>What Kafka Connect's names for dead letters begin with; tools of the field look for them.</summary>
    public const string ErrorPrefix = "__connect.errors.";
}
