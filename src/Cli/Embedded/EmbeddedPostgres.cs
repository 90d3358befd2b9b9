using Npgsql;

namespace Pipeline.Cli.Embedded;

/// <summary>
/// A private Postgres in the data folder, from the system's package: made once, reachable on 127.0.0.1 only, without passwords.
/// Recovers from whatever a killed predecessor left behind.
/// </summary>
internal sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string SuperUser = "postgres";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly ChildProcess server;

    private EmbeddedPostgres(ChildProcess server, int port)
    {
        this.server = server;
        Port = port;
    }

    /// <summary>TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Process number of the server.</summary>
    public int ProcessId => server.Id;

    /// <summary>Completes when the server has ended.</summary>
    public Task Ended => server.Ended;

    /// <summary>Starts the server of a folder, making its data on first use. The caller holds the folder's <see cref="RunLock"/>.</summary>
    /// <param name="folder">Holds the data and the log.</param>
    /// <param name="port">TCP port; 0 for a free one.</param>
    /// <param name="durable">
    /// True: commits survive a power cut. False is for throw-away data: nothing is flushed to disk, everything else is as usual.
    /// </param>
    /// <param name="guardian">Ends the server when we die.</param>
    /// <param name="say">Told what the user may want to know.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<EmbeddedPostgres> StartAsync(
        string folder, int port, bool durable, Guardian guardian, Action<string> say, CancellationToken cancellation)
    {
        var programs = SystemPrograms.PostgresFolder;
        var log = Path.Combine(folder, "postgres.log");
        Directory.CreateDirectory(folder);
        if (File.Exists(log)) File.Move(log, log + ".old", overwrite: true);

        var home = await PostgresAccount.Current.PrepareFolderAsync(Path.Combine(folder, "postgres"), say);
        var cluster = new PostgresCluster(Path.Combine(home, "data"));
        await cluster.EnsureMadeAsync(programs, durable);
        await cluster.RemoveRemainsAsync(cancellation);

        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var chosen = port == 0 ? LoopbackPort.Free() : port;
            var server = ChildProcess.Start("postgres", log, guardian, "INT", PostgresAccount.Current.Run(CommandOf(programs, cluster.Folder, chosen, durable)));
            var postgres = new EmbeddedPostgres(server, chosen);
            if (await postgres.AnswersAsync(cancellation)) return postgres;
            await postgres.DisposeAsync();

            // The port can be snatched between being found free and being used; and for a moment after a kill -9 the dead server's
            // own children still hold its shared memory.
            var passing = server.LastLines() is var said && (said.Contains("Address already in use") && port == 0 || said.Contains("shared memory block"));
            if (!passing || TimeProvider.System.GetElapsedTime(begun) > StartLimit)
                throw new PipelineException("Postgres did not start.", $"It said:\n{server.LastLines()}\nThe whole log: {log}");
            await Task.Delay(TimeSpan.FromMilliseconds(300), cancellation);
        }
    }

    /// <summary>How to reach a database of this server.</summary>
    public string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = SuperUser, Database = database, SslMode = SslMode.Disable }.ConnectionString;

    /// <summary>Makes a database unless it is there.</summary>
    /// <param name="name">A plain lower-case identifier.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task EnsureDatabaseAsync(string name, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var known = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await known.ExecuteScalarAsync(cancellation) is not null) return;
        await using var create = new NpgsqlCommand($"CREATE DATABASE {Quoted(name)}", connection);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Removes a database with all that is in it, whoever is connected.</summary>
    public async Task DropDatabaseAsync(string name, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var drop = new NpgsqlCommand($"DROP DATABASE IF EXISTS {Quoted(name)} WITH (FORCE)", connection);
        await drop.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The databases whose name begins so.</summary>
    public async Task<IReadOnlyList<string>> DatabasesAsync(string prefix, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var list = new NpgsqlCommand("SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY datname", connection) { Parameters = { new() { Value = prefix } } };
        await using var rows = await list.ExecuteReaderAsync(cancellation);
        var names = new List<string>();
        while (await rows.ReadAsync(cancellation)) names.Add(rows.GetString(0));
        return names;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // “Fast”: clients are cut off, data is written. If that takes too long the next start recovers from the write-ahead log.
        await server.StopAsync(Signal.Interrupt, TimeSpan.FromSeconds(15));
        await server.DisposeAsync();
    }

    private static List<string> CommandOf(string programs, string data, int port, bool durable)
    {
        List<string> settings =
        [
            $"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200",
            // One machine, one user: nobody replicates from here, and compiling queries costs more than it saves.
            "wal_level=minimal", "max_wal_senders=0", "max_wal_size=1GB", "jit=off", "timezone=UTC", "log_timezone=UTC",
        ];
        if (!durable) settings.AddRange(["fsync=off", "full_page_writes=off", "synchronous_commit=on"]);
        return [Path.Combine(programs, "postgres"), "-D", data, .. settings.SelectMany(setting => (string[])["-c", setting])];
    }

    private static string Quoted(string name) => '"' + name.Replace("\"", "\"\"") + '"';

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        return connection;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!server.Ended.IsCompleted && TimeProvider.System.GetElapsedTime(begun) < StartLimit)
        {
            try
            {
                await using var connection = await OpenAsync(cancellation);
                // Somebody else's server on the same port would answer too.
                await using var whose = new NpgsqlCommand("SELECT pg_read_file('postmaster.pid')", connection);
                var pid = ((string)(await whose.ExecuteScalarAsync(cancellation))!).Split('\n')[0];
                if (pid == server.Id.ToString()) return true;
            }
            catch (NpgsqlException)
            {
                // Not yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(40), cancellation);
        }
        return false;
    }
}
