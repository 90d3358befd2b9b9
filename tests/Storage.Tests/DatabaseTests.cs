using Npgsql;
using Xunit;

namespace Pipeline.Storage.Tests;

[Collection(PostgresCollection.Name)]
public sealed class DatabaseTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_connection_works_in_the_configured_schema_under_the_name_of_the_service()
    {
        await using var database = Database.Open(await postgres.Server.CreateDatabaseAsync(), new PostgresOptions { Schema = "elsewhere" }, "sink", keyLookupsOnly: true);

        Assert.Equal("elsewhere", await SettingAsync(database, "search_path"));
        Assert.Equal("sink", await SettingAsync(database, "application_name"));
        Assert.Equal("off", await SettingAsync(database, "enable_seqscan"));
    }

    [Fact]
    public void A_missing_connection_string_is_named() =>
        Assert.Contains("ConnectionStrings:Postgres", Assert.Throws<ArgumentException>(() => Database.Open(" ", new PostgresOptions(), "sink")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a\0b", "a\uFFFDb")]
    [InlineData("plain", "plain")]
    public void Text_keeps_everything_but_NUL(string text, string stored) => Assert.Equal(stored, PostgresText.Of(text));

    [Fact]
    public void Time_is_cut_to_the_microsecond_and_impossible_times_are_unknown()
    {
        Assert.Equal(new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(1234560), PostgresTime.FromUnix(1_704_067_200, 123_456_789));
        Assert.Equal(DateTimeKind.Utc, PostgresTime.FromUnix(0, 0)!.Value.Kind);
        Assert.Null(PostgresTime.FromUnix(long.MaxValue, 0));
        Assert.Null(PostgresTime.FromUnix(long.MinValue, 0));
        Assert.Null(PostgresTime.FromUnix(0, -1));
    }

    private static async Task<object?> SettingAsync(NpgsqlDataSource database, string name)
    {
        await using var command = database.CreateCommand("SELECT current_setting($1)");
        command.Parameters.AddWithValue(name);
        return await command.ExecuteScalarAsync();
    }
}
