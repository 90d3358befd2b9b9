using System.ComponentModel.DataAnnotations;

namespace Pipeline.Streaming;

/// <summary>How topics are named (section <c>Topics</c>).</summary>
public sealed class TopicsOptions
{
    /// <summary>Goes before every topic name. Lower-case letters, digits, dots and hyphens: metrics map dot and underscore to the same name.</summary>
    [Required(AllowEmptyStrings = true), RegularExpression(@"^([a-z0-9-][a-z0-9.-]*)?$", ErrorMessage = "Topics:Prefix may hold only lower-case letters, digits, dots and hyphens, and no leading dot."), MaxLength(200)]
    public string Prefix { get; set; } = "whatsapp.";
}
