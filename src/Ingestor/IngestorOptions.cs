using System.ComponentModel.DataAnnotations;

namespace Pipeline.Ingestor;

/// <summary>What the Ingestor accepts (section <c>Ingestor</c>).</summary>
public sealed class IngestorOptions
{
    /// <summary>The secret that business tokens are made with, at least 32 characters. Give it as <c>Ingestor__SigningKey_FILE</c> in production.</summary>
    [Required, MinLength(32, ErrorMessage = "Ingestor:SigningKey needs at least 32 characters.")]
    public string SigningKey { get; set; } = "";

    /// <summary>The secret before the last rotation: tokens made with it still work. Empty when there is none.</summary>
    public string PreviousSigningKey { get; set; } = "";

    /// <summary>Largest request body, in bytes. A larger one is answered 413 before it is read.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Largest single event, in bytes. Well below Kafka's <c>message.max.bytes</c> of 1 MB, because the enriched record is larger than
    /// the raw one and an accepted event must never turn out to be too large one stage later.
    /// </summary>
    [Range(1024, 900 * 1024)]
    public int MaxEventBytes { get; set; } = 512 * 1024;

    /// <summary>How long a request waits for Kafka before it is answered 503. The events may still be stored: send them again, they keep their ids.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan AcknowledgeWithin { get; set; } = TimeSpan.FromSeconds(10);
}
