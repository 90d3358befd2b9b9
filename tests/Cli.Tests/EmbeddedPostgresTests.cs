using Npgsql;
using Pipeline.Cli.Embedded;

namespace Pipeline.Cli.Tests;

public sealed class EmbeddedPostgresTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly Guardian guardian = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await guardian.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_is_stored_is_there_again_after_a_restart()
    {
        await using (var first = await StartAsync())
        {
            await first.EnsureDatabaseAsync("kept", default);
            await RunAsync(first, "CREATE TABLE t AS SELECT 42 AS n");
        }
        await using var second = await StartAsync();
        await second.EnsureDatabaseAsync("kept", default);
        Assert.Equal(42, await RunAsync(second, "SELECT n FROM t"));
    }

    [Fact]
    public async Task A_killed_server_starts_again_with_what_was_committed()
    {
        var first = await StartAsync(durable: true);
        await first.EnsureDatabaseAsync("kept", default);
        await RunAsync(first, "CREATE TABLE t AS SELECT 42 AS n");
        Assert.True(Signal.Send(first.ProcessId, Signal.Kill));
        await first.Ended;

        await using var second = await StartAsync(durable: true);
        Assert.Equal(42, await RunAsync(second, "SELECT n FROM t"));
    }

    [Fact]
    public async Task A_pid_file_whose_number_now_belongs_to_another_process_does_not_keep_the_server_from_starting()
    {
        string data;
        await using (var first = await StartAsync()) data = await DataFolderAsync(first);
        await File.WriteAllLinesAsync(Path.Combine(data, "postmaster.pid"), [Environment.ProcessId.ToString(), data, "0", "1", "", "127.0.0.1"]);

        await using var second = await StartAsync();
        Assert.Equal(1, await RunAsync(second, "SELECT 1", "postgres"));
    }

    [Fact]
    public async Task A_server_that_outlived_its_parent_is_stopped_before_the_next_one_starts()
    {
        var orphan = await StartAsync();
        await using var next = await StartAsync();
        Assert.True(orphan.Ended.IsCompleted);
        Assert.Equal(1, await RunAsync(next, "SELECT 1", "postgres"));
    }

    [Fact]
    public async Task Stopping_ends_the_server_process()
    {
        var postgres = await StartAsync();
        await postgres.DisposeAsync();
        Assert.True(postgres.Ended.IsCompleted);
        Assert.False(Signal.IsAlive(postgres.ProcessId));
    }

    [Fact]
    public async Task It_listens_on_the_loopback_interface_only()
    {
        await using var postgres = await StartAsync();
        Assert.Equal("127.0.0.1", await RunAsync(postgres, "SHOW listen_addresses", "postgres"));
        Assert.Equal("", await RunAsync(postgres, "SHOW unix_socket_directories", "postgres"));
    }

    [Fact]
    public async Task A_database_is_dropped_while_somebody_is_connected()
    {
        await using var postgres = await StartAsync();
        await postgres.EnsureDatabaseAsync("demo_1", default);
        await using var connection = new NpgsqlConnection(postgres.ConnectionString("demo_1"));
        await connection.OpenAsync();

        await postgres.DropDatabaseAsync("demo_1", default);
        Assert.Empty(await postgres.DatabasesAsync("demo_", default));
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_what_the_server_said()
    {
        await using var first = await StartAsync();
        using var elsewhere = new TemporaryFolder();
        var failure = await Assert.ThrowsAsync<PipelineException>(() => EmbeddedPostgres.StartAsync(elsewhere.Path, first.Port, durable: false, guardian, _ => { }, default));
        Assert.Contains("Address already in use", failure.Advice);
    }

    private Task<EmbeddedPostgres> StartAsync(bool durable = false) => EmbeddedPostgres.StartAsync(folder.Path, port: 0, durable, guardian, _ => { }, default);

    private static async Task<string> DataFolderAsync(EmbeddedPostgres postgres) => (string)(await RunAsync(postgres, "SHOW data_directory", "postgres"))!;

    private static async Task<object?> RunAsync(EmbeddedPostgres postgres, string sql, string database = "kept")
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
