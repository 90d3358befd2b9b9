using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Streaming;

/// <summary>Refuses a Schema Registry on another machine without TLS: who can change its answers can change what records mean.</summary>
internal sealed class UnsafeRegistrySettings(PlaintextRule plaintext) : IValidateOptions<SchemaRegistryOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SchemaRegistryOptions options) =>
        Uri.TryCreate(options.Url, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && !plaintext.Allows(url.Host)
            ? ValidateOptionsResult.Fail($"SchemaRegistry:Url: http to {url.Host} is not protected: {PlaintextRule.Advice}")
            : ValidateOptionsResult.Success;
}
