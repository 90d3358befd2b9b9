using System.ComponentModel.DataAnnotations;

namespace Pipeline.Contracts;

/// <summary>How to reach the Schema Registry (section <c>SchemaRegistry</c>).</summary>
public sealed class SchemaRegistryOptions
{
    /// <summary>Base address, for example <c>http://schema-registry:8081</c>.</summary>
    [Required, Url]
    public string Url { get; set; } = "http://127.0.0.1:8081";

    /// <summary>How long one request may take. The client's own default of 30 s would hold a stage for minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);
}
