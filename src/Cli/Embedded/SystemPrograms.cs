namespace Pipeline.Cli.Embedded;

/// <summary>The programs of the operating system that the embedded parts are started from, and what to say when one is missing.</summary>
internal static class SystemPrograms
{
    /// <summary>Runs a program in a session of its own, so that the terminal's Ctrl-C does not reach it (util-linux).</summary>
    public static string OwnSession => FindOnPath("setsid")
        ?? throw Missing("setsid", "the package util-linux");

    /// <summary>Runs a program as another user without leaving a process in between (util-linux).</summary>
    public static string OtherUser => FindOnPath("setpriv")
        ?? throw Missing("setpriv", "the package util-linux");

    /// <summary>The Redis server.</summary>
    public static string RedisServer => FindOnPath("redis-server")
        ?? throw Missing("redis-server", "the package redis-server (apt-get install redis-server)");

    /// <summary>The Postgres client.</summary>
    public static string Psql => FindOnPath("psql")
        ?? throw Missing("psql", "the package postgresql-client (apt-get install postgresql-client)");

    /// <summary>The folder of <c>initdb</c> and <c>postgres</c>: the newest of the places where distributions put it, else the PATH.</summary>
    public static string PostgresFolder => FindPostgres()
        ?? throw Missing("the Postgres server", "the package postgresql (apt-get install postgresql)");

    private static string? FindOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private static string? FindPostgres()
    {
        // Debian and its children keep every major version in a folder of its own and off the PATH; Red Hat's children use /usr/pgsql-17/bin.
        var versioned = Versions("/usr/lib/postgresql", "*").Concat(Versions("/usr", "pgsql-*")).Where(IsComplete).MaxBy(VersionOf);
        if (versioned is not null) return versioned;
        return FindOnPath("initdb") is { } initdb && IsComplete(Path.GetDirectoryName(initdb)!) ? Path.GetDirectoryName(initdb) : null;

        static IEnumerable<string> Versions(string parent, string pattern) =>
            Directory.Exists(parent) ? Directory.GetDirectories(parent, pattern).Select(version => Path.Combine(version, "bin")) : [];

        static bool IsComplete(string folder) => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres"));

        static int VersionOf(string folder) =>
            int.TryParse(Path.GetFileName(Path.GetDirectoryName(folder)!).Replace("pgsql-", ""), out var major) ? major : 0;
    }

    private static PipelineException Missing(string program, string package) =>
        new($"{program} is not installed.", $"Install {package}, or run ./pipeline as root: it installs what is missing.", ExitCode.Unavailable);
}
