using System.Diagnostics;

namespace Pipeline.Cli.Embedded;

/// <summary>
/// Who Postgres runs as. It refuses to run as root, so root starts it as the user <c>postgres</c> of the system's package; anybody else
/// starts it as themself.
/// </summary>
internal sealed class PostgresAccount
{
    private const string User = "postgres";
    private readonly bool switches;

    private PostgresAccount(bool switches) => this.switches = switches;

    /// <summary>The account for this process.</summary>
    public static PostgresAccount Current { get; } = new(Environment.IsPrivilegedProcess);

    /// <summary>A command that runs as the account and has the number of the process that is started.</summary>
    public IEnumerable<string> Run(params IEnumerable<string> command) =>
        switches ? [SystemPrograms.OtherUser, $"--reuid={User}", $"--regid={User}", "--init-groups", "--", .. command] : command;

    /// <summary>
    /// Makes a folder that the account can use. When root's checkout lies below a folder that is closed to others (such as <c>/root</c>),
    /// that is a folder outside of it, named after the checkout.
    /// </summary>
    /// <param name="wanted">Where it should be.</param>
    /// <param name="say">Told when it has to be elsewhere.</param>
    public async Task<string> PrepareFolderAsync(string wanted, Action<string> say)
    {
        if (await TryPrepareAsync(wanted)) return wanted;

        var name = "whatsapp-pipeline-" + CheckoutFolders.HashOf(wanted);
        foreach (var parent in (string[])["/var/lib", "/var/tmp"])
        {
            var elsewhere = Path.Combine(parent, name);
            if (!Directory.Exists(parent) || !await TryPrepareAsync(elsewhere)) continue;
            say($"The user {User} cannot enter {wanted}, so Postgres keeps its data in {elsewhere}.");
            return elsewhere;
        }
        throw new PipelineException($"No folder was found that the user {User} can write to.", $"Let the user {User} enter {wanted}, or name another folder in PIPELINE_DATA.");
    }

    private async Task<bool> TryPrepareAsync(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (UnauthorizedAccessException) when (switches)
        {
            return false;
        }
        if (!switches) return true;

        var owned = await RunToEndAsync(["chown", $"{User}:", folder]);
        if (owned.Code != 0)
            throw new PipelineException($"The user {User} is missing, which Postgres needs when it is started by root.", "Install the package postgresql, which brings it: apt-get install postgresql", ExitCode.Unavailable);
        return (await RunToEndAsync(Run("test", "-w", folder))).Code == 0;
    }

    /// <summary>Runs a short command to its end.</summary>
    /// <returns>Its exit code and all that it said.</returns>
    public static async Task<(int Code, string Said)> RunToEndAsync(IEnumerable<string> command)
    {
        var parts = command.ToList();
        var start = new ProcessStartInfo(parts[0], parts.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said).Trim());
    }
}
