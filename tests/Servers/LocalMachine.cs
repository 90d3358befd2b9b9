using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Servers;

/// <summary>What the servers need of the machine they run on.</summary>
internal static class LocalMachine
{
    /// <summary>A port of the loopback interface that is free now.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>The first of these folders that holds the program.</summary>
    /// <exception cref="InvalidOperationException">It is not installed. Tests that need it fail; they never skip.</exception>
    public static string Find(string program, string package, params IEnumerable<string> folders) =>
        folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"'{program}' is not installed. Install the package {package}.");

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task RunAsync(params IReadOnlyList<string> commandLine)
    {
        var start = new ProcessStartInfo(commandLine[0]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (var argument in commandLine.Skip(1)) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{commandLine[0]} ended with {process.ExitCode}: {string.Concat(said)}");
    }

    /// <summary>Asks until the answer is yes.</summary>
    /// <exception cref="TimeoutException">It never was.</exception>
    public static async Task WaitUntilAsync(Func<Task<bool>> question, TimeSpan limit, Func<string> otherwise)
    {
        var waited = Stopwatch.StartNew();
        while (!await question())
        {
            if (waited.Elapsed > limit) throw new TimeoutException(otherwise());
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}
