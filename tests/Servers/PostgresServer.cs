using Npgsql;

namespace Pipeline.Servers;

/// <summary>
/// A private Postgres on a free loopback port, with its data in a temporary folder. It is made for speed: nothing survives a power cut.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string folder;
    private readonly string programs;
    private ServerProcess? process;
    private int databases;

    private PostgresServer(string folder, string programs, int port) => (this.folder, this.programs, Port) = (folder, programs, port);

    /// <summary>The loopback port. Stays the same over a restart.</summary>
    public int Port { get; }

    /// <summary>The postmaster's process id.</summary>
    public int ProcessId => process?.ProcessId ?? throw new InvalidOperationException("The server is stopped.");

    /// <summary>What the server has written since it was started.</summary>
    public string Said => process?.Said ?? "";

    /// <summary>The connection string of the maintenance database.</summary>
    public string ConnectionString => To("postgres");

    /// <summary>Makes a cluster and starts it.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        var programs = Path.GetDirectoryName(LocalMachine.Find("initdb", "postgresql", InstalledVersions()))!;
        var folder = Path.Combine(Path.GetTempPath(), $"pipeline-postgres-{Guid.NewGuid():n}");
        await LocalMachine.RunAsync([.. AsServerUser("mkdir"), folder]);
        await LocalMachine.RunAsync(
            [.. AsServerUser(Path.Combine(programs, "initdb")), "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        var server = new PostgresServer(folder, programs, LocalMachine.FreePort());
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Makes an empty database and returns its connection string. Cheap enough for one per test.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return To(name);
    }

    /// <summary>Stops the server; connections are cut (a fast shutdown).</summary>
    public async Task StopAsync()
    {
        if (process is { } running) await running.DisposeAsync();
        process = null;
    }

    /// <summary>Starts a stopped server on the same port and data.</summary>
    public async Task StartAgainAsync()
    {
        string[] settings =
        [
            $"port={Port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "full_page_writes=off",
            "synchronous_commit=off", "max_connections=200", "shared_buffers=256MB", "max_wal_size=4GB", "log_min_messages=fatal",
        ];
        process = await ServerProcess.StartAsync("INT",
            [.. AsServerUser(Path.Combine(programs, "postgres")), "-D", folder, .. settings.SelectMany(setting => (string[])["-c", setting])]);
        await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        await LocalMachine.WaitUntilAsync(() => AnswersAsync(source), StartLimit, () => $"Postgres did not start: {process.Said}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await LocalMachine.RunAsync("rm", "-rf", folder);
    }

    private static async Task<bool> AnswersAsync(NpgsqlDataSource source)
    {
        try
        {
            await using var command = source.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // Postgres refuses to run as root.
    private static string[] AsServerUser(string program) => Environment.IsPrivilegedProcess
        ? [LocalMachine.Find("setpriv", "util-linux"), "--reuid=postgres", "--regid=postgres", "--init-groups", program]
        : [program];

    private static IEnumerable<string> InstalledVersions() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(Path.GetFileName).Select(version => Path.Combine(version, "bin"))
            : [];

    private string To(string database) => $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}";
}
