using Npgsql;
using Pipeline.Storage;

namespace Pipeline.Servers;

/// <summary>Databases as the services find them.</summary>
public static class MigratedDatabases
{
    /// <summary>A pool, with the services' settings, on a new database with the product's tables.</summary>
    public static async Task<NpgsqlDataSource> MigratedDatabaseAsync(this PostgresServer server)
    {
        var options = new PostgresOptions();
        var database = Database.Open(await server.CreateDatabaseAsync(), options, "tests", keyLookupsOnly: true);
        await Migrations.ApplyAsync(database, options.Schema, default);
        return database;
    }
}
