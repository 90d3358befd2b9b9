using Npgsql;

namespace Pipeline.Resolver.Tests;

/// <summary>Tests that have a database of their own, and whatever they make on it taken down after them.</summary>
public abstract class OnStores(Stores stores) : IAsyncLifetime
{
    private readonly List<Resolving> made = [];

    protected NpgsqlDataSource Database { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Database = await stores.NewDatabaseAsync();

    public virtual async Task DisposeAsync()
    {
        foreach (var resolving in made) await resolving.DisposeAsync();
        await Database.DisposeAsync();
    }

    internal Resolving New(ResolverOptions? options = null, string redis = "", TimeProvider? clock = null)
    {
        var resolving = new Resolving(Database, stores.Producer, options, redis, clock);
        made.Add(resolving);
        return resolving;
    }

    protected async Task<object?> ScalarAsync(string sql)
    {
        await using var query = Database.CreateCommand(sql);
        return await query.ExecuteScalarAsync();
    }
}
