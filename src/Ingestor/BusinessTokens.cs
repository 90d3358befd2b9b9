using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Ingestor;

/// <summary>
/// Bearer tokens, one per business: <c>{business}.{base64url(HMAC-SHA256(signing key, business))}</c>. They need no table, so any
/// number of businesses can be served; they are changed all at once by rotating the signing key.
/// </summary>
public sealed class BusinessTokens
{
    private readonly byte[][] keys;

    /// <param name="signingKeys">The current key first, then those that still count. Empty ones are left out.</param>
    public BusinessTokens(params IEnumerable<string> signingKeys) =>
        keys = [.. signingKeys.Where(key => key.Length > 0).Select(Encoding.UTF8.GetBytes)];

    /// <summary>The token of a business.</summary>
    /// <param name="signingKey">The Ingestor's signing key.</param>
    /// <param name="business">The business id.</param>
    public static string Issue(string signingKey, long business)
    {
        var name = business.ToString(CultureInfo.InvariantCulture);
        return $"{name}.{Base64Url(Sign(Encoding.UTF8.GetBytes(signingKey), name))}";
    }

    /// <summary>The business that a request may speak for, or null when the header is no valid bearer token.</summary>
    /// <param name="authorization">The whole Authorization header.</param>
    public long? BusinessOf(string? authorization)
    {
        const string scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return null;

        var token = authorization.AsSpan(scheme.Length).Trim();
        var dot = token.IndexOf('.');
        if (dot <= 0 || !long.TryParse(token[..dot], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var business)) return null;

        var name = business.ToString(CultureInfo.InvariantCulture);
        if (!token[..dot].SequenceEqual(name)) return null;

        var given = Encoding.ASCII.GetBytes(token[(dot + 1)..].ToString());
        var valid = false;
        // Every key is tried, and every comparison takes the same time whatever it finds.
        foreach (var key in keys)
            valid |= CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Base64Url(Sign(key, name))), given);
        return valid ? business : null;
    }

    private static byte[] Sign(byte[] key, string business) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(business));

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
