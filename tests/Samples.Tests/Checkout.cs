using System.Diagnostics;

namespace Pipeline.Samples.Tests;

/// <summary>The checkout, as somebody sees it who follows docs/consuming.md.</summary>
internal static class Checkout
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static string Root { get; } = Find();

    /// <summary>Runs a program in the checkout and gives what it printed.</summary>
    public static async Task<string> RunAsync(IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
        return await output;
    }

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Pipeline.sln"))) return at.FullName;
        throw new InvalidOperationException("No Pipeline.sln above the tests.");
    }
}
