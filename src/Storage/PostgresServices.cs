using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.Storage;

/// <summary>What a service needs to use Postgres: the pool, the step at its start, the readiness question.</summary>
public static class PostgresServices
{
    /// <summary>Adds the pool as <see cref="NpgsqlDataSource"/>. Expects <see cref="PostgresOptions"/> to be registered.</summary>
    /// <param name="services">The service's container.</param>
    /// <param name="application">The service's name, shown in <c>pg_stat_activity</c>.</param>
    /// <param name="mayBePlaintext">Whether a host may be spoken to without TLS.</param>
    public static IServiceCollection AddPostgres(this IServiceCollection services, string application, Func<IServiceProvider, string, bool> mayBePlaintext) => services
        .AddSingleton<IValidateOptions<PostgresOptions>>(provider => new PostgresConnectionRequired(provider.GetRequiredService<IConfiguration>(), host => mayBePlaintext(provider, host)))
        .AddSingleton(provider => new InstanceClaim(
            provider.GetRequiredService<NpgsqlDataSource>(), application, provider.GetRequiredService<IConfiguration>()["Kafka:InstanceId"], provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(provider => Database.Open(
            provider.GetRequiredService<IConfiguration>().GetConnectionString("Postgres"),
            provider.GetRequiredService<IOptions<PostgresOptions>>().Value,
            application,
            keyLookupsOnly: true));

    /// <summary>Brings the tables up to date, unless <see cref="PostgresOptions.MigrateAtStart"/> is off.</summary>
    public static async Task MigrateAsync(IServiceProvider provider, CancellationToken cancellation)
    {
        var options = provider.GetRequiredService<IOptions<PostgresOptions>>().Value;
        if (options.MigrateAtStart)
            await Migrations.ApplyAsync(provider.GetRequiredService<NpgsqlDataSource>(), options.Schema, cancellation);
    }

    /// <summary>Sees to it that no other running copy bears the name in <c>Kafka:InstanceId</c>.</summary>
    public static Task ClaimInstanceAsync(IServiceProvider provider, CancellationToken cancellation) =>
        provider.GetRequiredService<InstanceClaim>().TakeAsync(cancellation);

    /// <summary>True when Postgres answers.</summary>
    /// <exception cref="NpgsqlException">It does not.</exception>
    public static async Task<bool> AnswersAsync(IServiceProvider provider, CancellationToken cancellation)
    {
        await using var ping = provider.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT 1");
        return await ping.ExecuteScalarAsync(cancellation) is 1;
    }
}
