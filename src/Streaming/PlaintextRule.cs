using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Streaming;

/// <summary>
/// Says where a connection without TLS is acceptable: to this machine, in Development (<c>DOTNET_ENVIRONMENT</c>), or everywhere where
/// <see cref="SecurityOptions.AllowPlaintext"/> says so.
/// </summary>
public sealed class PlaintextRule(IConfiguration configuration)
{
    /// <summary>What to do about a refusal, for the end of a message.</summary>
    public const string Advice = "use TLS, or set Security:AllowPlaintext where the network itself is protected";

    /// <summary>Asks a service's rule; for options that are checked outside of this project.</summary>
    public static bool Allows(IServiceProvider services, string host) => services.GetRequiredService<PlaintextRule>().Allows(host);

    // Read here and not as options: the rule is asked while the faults of all sections are being collected, this one's too.
    private readonly bool allowed = bool.TryParse(configuration[$"Security:{nameof(SecurityOptions.AllowPlaintext)}"], out var allows) && allows;

    /// <summary>Whether this host may be spoken to without TLS.</summary>
    /// <param name="host">A name, an address, or the path of a Unix socket; a port after it is fine.</param>
    public bool Allows(string host) => IsHere(host) || IsDevelopment() || allowed;

    /// <summary>Whether the names of hosts need not be checked, which TLS without is not worth much.</summary>
    public bool AllowsUnverified => IsDevelopment() || allowed;

    private static bool IsHere(string host)
    {
        if (host.StartsWith('/')) return true;
        // Brokers are written with their listener's protocol at times: PLAINTEXT://host:port.
        var name = host.Contains("://", StringComparison.Ordinal) ? host[(host.IndexOf("://", StringComparison.Ordinal) + 3)..] : host;
        if (IPEndPoint.TryParse(name, out var address)) return IPAddress.IsLoopback(address.Address);
        return name.Split(':')[0].Equals("localhost", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsDevelopment() => Is("DOTNET_ENVIRONMENT") || Is("ASPNETCORE_ENVIRONMENT");

    private static bool Is(string variable) => string.Equals(Environment.GetEnvironmentVariable(variable), "Development", StringComparison.OrdinalIgnoreCase);
}
