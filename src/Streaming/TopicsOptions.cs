using System.ComponentModel.DataAnnotations;

namespace Pipeline.Streaming;

/// <summary>How topics are named (section <c>Topics</c>).</summary>
public sealed class TopicsOptions
{
    /// <summary>Goes before every topic name. Lower-case letters, digits, dots and hyphens: metrics map dot and underscore to the same name.</summary>
    [Required(AllowEmptyStrings = true), RegularExpression(@"^([a-z0-9-][a-z0-9.-]*)?$", ErrorMessage = "Topics:Prefix may hold only lower-case letters, digits, dots and hyphens, and no leading dot."), MaxLength(200)]
    public string Prefix { get; set; } = "whatsapp.";

    /// <summary>
    /// Goes before <c>raw</c> and <c>leads</c>, where these are the topics of another installation: a side-by-side rebuild reads what the
    /// live one reads. Null: as <see cref="Prefix"/>.
    /// </summary>
    [RegularExpression(@"^([a-z0-9-][a-z0-9.-]*)?$", ErrorMessage = "Topics:InputPrefix may hold only lower-case letters, digits, dots and hyphens, and no leading dot."), MaxLength(200)]
    public string? InputPrefix { get; set; }

    /// <summary>Comes after the name of every consumer group, so that two installations on one Kafka do not share them.</summary>
    [RegularExpression("^[A-Za-z0-9._-]{0,150}$", ErrorMessage = "Topics:GroupSuffix may hold letters, digits, dots, hyphens and underscores.")]
    public string GroupSuffix { get; set; } = "";
}
