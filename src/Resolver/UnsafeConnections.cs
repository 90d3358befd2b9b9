using System.Net;
using Microsoft.Extensions.Options;
using Pipeline.Streaming;
using StackExchange.Redis;

namespace Pipeline.Resolver;

/// <summary>Refuses a Redis or a resolve endpoint on another machine without TLS: phones go there and come from there.</summary>
internal sealed class UnsafeConnections(IConfiguration configuration, PlaintextRule plaintext) : IValidateOptions<ResolverOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ResolverOptions options)
    {
        var faults = new List<string>();
        if (Uri.TryCreate(options.EndpointUrl, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && !plaintext.Allows(url.Host))
            faults.Add($"Resolver:EndpointUrl: http to {url.Host} is not protected: {PlaintextRule.Advice}");
        if (configuration.GetConnectionString("Redis") is { Length: > 0 } text && RedisFaultOf(text) is { } fault) faults.Add(fault);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private string? RedisFaultOf(string text)
    {
        try
        {
            var redis = ConfigurationOptions.Parse(text);
            var away = redis.Ssl ? null : redis.EndPoints.Select(HostOf).FirstOrDefault(host => !plaintext.Allows(host));
            return away is null ? null : $"ConnectionStrings:Redis: a connection to {away} without TLS is not protected: add ssl=true, or set Security:AllowPlaintext where the network itself is protected";
        }
        catch (ArgumentException)
        {
            // The reason may quote the text, and the text may hold a password.
            return "ConnectionStrings:Redis is not a connection string of StackExchange.Redis (host:port,password=…).";
        }
    }

    private static string HostOf(EndPoint end) => end switch
    {
        DnsEndPoint named => named.Host,
        IPEndPoint address => address.Address.ToString(),
        _ => end.ToString() ?? "",
    };
}
