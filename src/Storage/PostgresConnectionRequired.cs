using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.Storage;

/// <summary>Says that the connection string is missing or unreadable together with all other faults of the settings, before anything connects.</summary>
internal sealed class PostgresConnectionRequired(IConfiguration configuration) : IValidateOptions<PostgresOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        if (configuration.GetConnectionString("Postgres") is not { Length: > 0 } text)
            return ValidateOptionsResult.Fail("ConnectionStrings:Postgres is not set.");
        try
        {
            _ = new NpgsqlConnectionStringBuilder(text);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException)
        {
            // The reason may quote the text, and the text holds a password.
            return ValidateOptionsResult.Fail("ConnectionStrings:Postgres is not a connection string of Npgsql (Host=…;Username=…;Database=…).");
        }
    }
}
