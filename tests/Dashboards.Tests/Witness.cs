using System.Diagnostics;

namespace Pipeline.Dashboards.Tests;

/// <summary>A Kafka client of another kind: kafkajs in a process of its own, see <c>witness/witness.mjs</c>.</summary>
internal sealed class Witness : IAsyncDisposable
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "witness");
    private readonly Process node;

    private Witness(Process node) => this.node = node;

    /// <summary>Installs kafkajs beside the script, if it is not there yet, and starts it.</summary>
    public static async Task<Witness> StartAsync(string bootstrapServers)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
        {
            using var npm = Start("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline");
            npm.StandardInput.Close();
            var said = await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(), npm.StandardError.ReadToEndAsync());
            await npm.WaitForExitAsync();
            Assert.True(npm.ExitCode == 0, string.Concat(said));
        }
        return new Witness(Start("node", "witness.mjs", bootstrapServers));
    }

    /// <summary>Asks one question.</summary>
    public async Task<string> AskAsync(string question)
    {
        await node.StandardInput.WriteLineAsync(question);
        await node.StandardInput.FlushAsync();
        return await node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await node.StandardError.ReadToEndAsync());
    }

    public async ValueTask DisposeAsync()
    {
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        node.Dispose();
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
}
