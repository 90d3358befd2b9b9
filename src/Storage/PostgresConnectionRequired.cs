using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.Storage;

/// <summary>Says that the connection string is missing, unreadable or unprotected together with all other faults of the settings, before anything connects.</summary>
internal sealed class PostgresConnectionRequired(IConfiguration configuration, Func<string, bool> mayBePlaintext) : IValidateOptions<PostgresOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        if (configuration.GetConnectionString("Postgres") is not { Length: > 0 } text)
            return ValidateOptionsResult.Fail("ConnectionStrings:Postgres is not set.");
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(text);
            var away = connection.SslMode is SslMode.Disable or SslMode.Allow or SslMode.Prefer
                ? (connection.Host ?? "").Split(',', StringSplitOptions.TrimEntries).FirstOrDefault(host => !mayBePlaintext(host))
                : null;
            return away is null
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"ConnectionStrings:Postgres: a connection to {away} without TLS is not protected: add SSL Mode=VerifyFull, or set Security:AllowPlaintext where the network itself is protected");
        }
        catch (ArgumentException)
        {
            // The reason may quote the text, and the text holds a password.
            return ValidateOptionsResult.Fail("ConnectionStrings:Postgres is not a connection string of Npgsql (Host=…;Username=…;Database=…).");
        }
    }
}
