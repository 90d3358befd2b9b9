namespace Pipeline.Cli.Embedded;

/// <summary>The data folder of a private Postgres: made in one step, and cleared of what a killed server leaves behind.</summary>
/// <param name="folder">Becomes the server's data folder.</param>
internal sealed class PostgresCluster(string folder)
{
    /// <summary>The server's data folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>Makes the data folder on first use.</summary>
    /// <param name="programs">The folder of <c>initdb</c>.</param>
    /// <param name="durable">False: data of another major version is thrown away instead of being refused.</param>
    /// <exception cref="PipelineException">The data was made by another major version.</exception>
    public async Task EnsureMadeAsync(string programs, bool durable)
    {
        var account = PostgresAccount.Current;
        var installed = await MajorVersionAsync(programs);
        if (await MadeByAsync() is { } made)
        {
            if (made == installed) return;
            if (durable)
            {
                throw new PipelineException(
                    $"The data in {Folder} was made by Postgres {made}, but Postgres {installed} is installed.",
                    $"Install Postgres {made} beside it, or remove the folder {Folder} to begin with an empty database.");
            }
            await PostgresAccount.RunToEndAsync(account.Run("rm", "-rf", Folder));
        }

        // Made under another name and then renamed: an interrupted initdb never looks like a database.
        var unfinished = Folder + ".new";
        await PostgresAccount.RunToEndAsync(account.Run("rm", "-rf", unfinished));
        var (code, said) = await PostgresAccount.RunToEndAsync(account.Run(
            [Path.Combine(programs, "initdb"), "-D", unfinished, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions", .. durable ? [] : (string[])["--no-sync"]]));
        if (code == 0) (code, said) = await PostgresAccount.RunToEndAsync(account.Run("mv", unfinished, Folder));
        if (code != 0) throw new PipelineException("Postgres could not make its data folder.", said);
    }

    /// <summary>
    /// Deals with a <c>postmaster.pid</c> that is still there although we hold the folder's lock: a server that outlived its parent is
    /// stopped by its number, and the file of a dead one is removed, because its number may since have been given to another process
    /// and Postgres would then refuse to start.
    /// </summary>
    public async Task RemoveRemainsAsync(CancellationToken cancellation)
    {
        var file = Path.Combine(Folder, "postmaster.pid");
        if (!File.Exists(file)) return;

        if (int.TryParse(File.ReadLines(file).FirstOrDefault(), out var pid) && IsServerOfThisFolder(pid))
        {
            Signal.Send(pid, Signal.Interrupt);
            for (var tries = 0; tries < 100 && IsServerOfThisFolder(pid); tries++) await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
            if (IsServerOfThisFolder(pid)) Signal.Send(pid, Signal.Quit);
            for (var tries = 0; tries < 50 && IsServerOfThisFolder(pid); tries++) await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }
        File.Delete(file);
    }

    private static async Task<string> MajorVersionAsync(string programs)
    {
        // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
        var (_, said) = await PostgresAccount.RunToEndAsync([Path.Combine(programs, "postgres"), "--version"]);
        return said.Split(' ').ElementAtOrDefault(2)?.Split('.')[0] ?? "";
    }

    // Read as the account: the folder may be closed to everybody else.
    private async Task<string?> MadeByAsync()
    {
        var (code, said) = await PostgresAccount.RunToEndAsync(PostgresAccount.Current.Run("cat", Path.Combine(Folder, "PG_VERSION")));
        return code == 0 ? said : null;
    }

    private bool IsServerOfThisFolder(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(Folder);
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
