using System.CommandLine;
using System.Diagnostics;
using Npgsql;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Runs;
using Pipeline.Cli.Services;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline sql</c>.</summary>
internal static class SqlCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var database = new Argument<string?>("DATABASE") { Description = "A database that `demo --keep` has kept. Default: the one of a running ./pipeline up.", Arity = ArgumentArity.ZeroOrOne };
        return new PipelineCommand("sql", "Open psql on the database of a running ./pipeline up, or on one that a demo has kept.")
        {
            Notes = """
                Statements on standard input are run and their results printed:
                  echo 'SELECT * FROM conversation_list' | ./pipeline sql
                """,
        }.With(database).Runs(terminal, async (parsed, interruption) =>
        {
            var folders = CheckoutFolders.Find();
            if (parsed.GetValue(database) is not { } name) return await OpenAsync(UpFolder.NeedRunningIn(folders).Settings.Postgres);
            return await OpenKeptAsync(terminal, folders, name, interruption.Ending);
        });
    }

    private static async Task<int> OpenKeptAsync(Terminal terminal, CheckoutFolders folders, string name, CancellationToken cancellation)
    {
        var kept = KeptDatabases.All(folders.DataOf("demo"));
        var folder = kept.FirstOrDefault(one => one.Database == name).Folder
            ?? throw new PipelineException($"No demo has kept a database '{name}'.", kept.Count == 0 ? "None is kept; ./pipeline demo --keep keeps one." : "Kept: " + string.Join(", ", kept.Select(one => one.Database)));
        using var place = RunLock.TryTake(folder) ?? throw new PipelineException($"The server of '{name}' is in use by a running demo.", "Try again when it has ended.");
        await using var guardian = new Guardian();
        await using var postgres = await EmbeddedPostgres.StartAsync(folder, port: 0, durable: false, guardian, terminal.Say, cancellation);
        return await OpenAsync(postgres.ConnectionString(name));
    }

    private static async Task<int> OpenAsync(string connectionString)
    {
        var to = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(SystemPrograms.Psql, ["-h", to.Host!, "-p", to.Port.ToString(), "-U", to.Username!, to.Database!]);
        start.Environment["PGOPTIONS"] = "-c search_path=whatsapp";
        using var psql = Process.Start(start)!;
        await psql.WaitForExitAsync();
        return psql.ExitCode == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}
