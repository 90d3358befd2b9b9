using Npgsql;

namespace Pipeline.Storage;

/// <summary>Opens the product's database: one pool per process, every connection inside the product's Postgres schema.</summary>
public static class Database
{
    /// <summary>
    /// How Postgres plans for connections that only look up by key: for each of the given keys, one descent into an index. What it would
    /// do by itself depends on how full a table was when it was last looked at, and tables that fill at tens of thousands of rows a
    /// second are always fuller than that: the same statement was seen to take 4 ms or 4 s.
    /// </summary>
    private static readonly string[] KeyLookups =
    [
        // The keys (unnest) are written first and stay first.
        "join_collapse_limit=1", "enable_hashjoin=off", "enable_mergejoin=off", "enable_seqscan=off", "enable_material=off", "random_page_cost=0.1",
        // Planned with the number of keys and the size of the table as they are now, not as they were when the service started.
        "plan_cache_mode=force_custom_plan",
        // A plan that has no choice but a scan looks dear enough to be compiled first.
        "jit=off",
    ];

    /// <summary>
    /// Makes the pool. Nothing is connected before the first command.
    /// </summary>
    /// <param name="connectionString"><c>ConnectionStrings:Postgres</c>.</param>
    /// <param name="options">Schema and time limit.</param>
    /// <param name="application">Shown in <c>pg_stat_activity</c>: the service's name.</param>
    /// <param name="keyLookupsOnly">
    /// True for the services, whose every statement finds rows by key, see <see cref="KeyLookups"/>.
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
        if (keyLookupsOnly)
            connection.Options = string.Join(' ', KeyLookups.Select(setting => $"-c {setting}").Prepend(connection.Options)).Trim();
        return builder.Build();
    }
}
