using Npgsql;

namespace Pipeline.Storage;

/// <summary>Opens the product's database: one pool per process, every connection inside the product's Postgres schema.</summary>
public static class Database
{
    /// <summary>
    /// Makes the pool. Nothing is connected before the first command.
    /// </summary>
    /// <param name="connectionString"><c>ConnectionStrings:Postgres</c>.</param>
    /// <param name="options">Schema and time limit.</param>
    /// <param name="application">Shown in <c>pg_stat_activity</c>: the service's name.</param>
    /// <param name="keyLookupsOnly">
    /// True for the services, whose every statement finds its rows by key. A prepared statement keeps its plan, and one made while the
    /// tables were empty would scan them from end to end once they are full, until the next ANALYZE; so plans other than index
    /// look-ups are ruled out for these connections.
    /// </param>
    /// <exception cref="ArgumentException">The connection string is missing or cannot be read.</exception>
    public static NpgsqlDataSource Open(string? connectionString, PostgresOptions options, string application, bool keyLookupsOnly = false)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
            throw new ArgumentException("ConnectionStrings:Postgres is not set.", nameof(connectionString));

        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var connection = builder.ConnectionStringBuilder;
        connection.SearchPath = options.Schema;
        connection.ApplicationName = application;
        connection.CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds);
        // Statements are few and hot: each is prepared the second time it is used.
        connection.MaxAutoPrepare = 64;
        connection.AutoPrepareMinUsages = 2;
        // A plan that has no choice but a scan looks so dear that Postgres would compile it (JIT) first.
        if (keyLookupsOnly)
            connection.Options = $"{connection.Options} -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off".TrimStart();
        return builder.Build();
    }
}
