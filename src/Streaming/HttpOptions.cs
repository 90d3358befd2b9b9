using System.ComponentModel.DataAnnotations;

namespace Pipeline.Streaming;

/// <summary>Where a service listens (section <c>Http</c>): health, and for some services their own API.</summary>
public sealed class HttpOptions
{
    /// <summary>Address to listen on, for example <c>http://0.0.0.0:8080</c>. Port 0 takes a free one.</summary>
    [Required, RegularExpression(@"^https?://[^/\s]+/?$", ErrorMessage = "Http:Url is an address such as http://127.0.0.1:8080, without a path.")]
    public string Url { get; set; } = "http://127.0.0.1:8080";
}
