using Npgsql;
using Pipeline.Servers;
using Xunit;

namespace Pipeline.Storage.Tests;

[Collection(PostgresCollection.Name)]
public sealed class MigrationsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task An_empty_database_gets_every_file_in_order()
    {
        await using var database = await postgres.EmptyDatabaseAsync();

        var applied = await Migrations.ApplyAsync(database, "whatsapp", default);

        Assert.Equal(Migration.All.Select(file => file.Name), applied);
        Assert.Equal("0001-initial.sql", applied[0]);
        Assert.Equal("whatsapp", await ScalarAsync(database, "SELECT schemaname FROM pg_tables WHERE tablename = 'whatsapp_message'"));
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        await using var database = await postgres.EmptyDatabaseAsync();
        await Migrations.ApplyAsync(database, "whatsapp", default);

        Assert.Empty(await Migrations.ApplyAsync(database, "whatsapp", default));
    }

    [Fact]
    public async Task Services_that_start_together_apply_each_file_once()
    {
        await using var database = await postgres.EmptyDatabaseAsync();

        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Migrations.ApplyAsync(database, "whatsapp", default)));

        Assert.Equal(Migration.All.Count, applied.Sum(files => files.Count));
    }

    [Fact]
    public async Task A_changed_file_is_refused_and_nothing_is_applied()
    {
        await using var database = await postgres.EmptyDatabaseAsync();
        Migration[] before = [new("0001-a.sql", "CREATE TABLE a ()")];
        Migration[] after = [new("0001-a.sql", "CREATE TABLE a (x int)"), new("0002-b.sql", "CREATE TABLE b ()")];
        await Migrations.ApplyAsync(database, "whatsapp", before, default);

        var refused = await Assert.ThrowsAsync<MigrationRefusedException>(() => Migrations.ApplyAsync(database, "whatsapp", after, default));

        Assert.Contains("0001-a.sql", refused.Message, StringComparison.Ordinal);
        Assert.Equal(DBNull.Value, await ScalarAsync(database, "SELECT to_regclass('whatsapp.b')::text"));
    }

    [Fact]
    public void Line_ends_of_another_system_do_not_make_a_file_another_one() =>
        Assert.Equal(new Migration("1", "a\nb").Checksum, new Migration("1", "a\r\nb").Checksum);

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_behind()
    {
        await using var database = await postgres.EmptyDatabaseAsync();
        Migration[] files = [new("0001-a.sql", "CREATE TABLE a ()"), new("0002-b.sql", "CREATE TABLE nonsense (")];

        await Assert.ThrowsAsync<PostgresException>(() => Migrations.ApplyAsync(database, "whatsapp", files, default));

        Assert.Equal(DBNull.Value, await ScalarAsync(database, "SELECT to_regnamespace('whatsapp')::text"));
    }

    [Fact]
    public async Task Two_schemas_stand_beside_each_other()
    {
        await using var database = await postgres.EmptyDatabaseAsync();

        await Migrations.ApplyAsync(database, "whatsapp", default);
        await Migrations.ApplyAsync(database, "rebuild", default);

        Assert.Equal(2L, await ScalarAsync(database, "SELECT count(*) FROM pg_tables WHERE tablename = 'whatsapp_message'"));
    }

    [Fact]
    public async Task A_role_that_may_create_nothing_can_start_on_a_database_that_is_up_to_date()
    {
        var connection = await postgres.Server.CreateDatabaseAsync();
        await using var owner = Database.Open(connection, new PostgresOptions(), "tests");
        await Migrations.ApplyAsync(owner, "whatsapp", default);
        await ScalarAsync(owner, "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA whatsapp TO reader; GRANT SELECT ON schema_migrations TO reader");
        await using var reader = Database.Open(new NpgsqlConnectionStringBuilder(connection) { Username = "reader" }.ConnectionString, new PostgresOptions(), "tests");

        Assert.Empty(await Migrations.ApplyAsync(reader, "whatsapp", default));
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
