using System.CommandLine;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Services;
using Pipeline.Streaming;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline service NAME</c>.</summary>
internal static class ServiceCommand
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = string.Join(", ", ServiceKind.All.Select(kind => kind.Name)) }.AcceptOnlyFromAmong([.. ServiceKind.All.Select(kind => kind.Name)]);
        return new PipelineCommand("service", "Run one service in the foreground against a running ./pipeline up.")
        {
            Notes = """
                For starting a service again that was killed or has ended. It takes its settings from .data/up/environment (variables of the
                environment that are not in that file count too), runs until Ctrl-C, and ends when `up` ends.

                Example:
                  kill -9 <process of the resolver>
                  ./pipeline service resolver
                """,
        }.With(name).Runs(terminal, (parsed, interruption) =>
            RunAsync(terminal, CheckoutFolders.Find(), ServiceKind.All.Single(kind => kind.Name == parsed.GetRequiredValue(name)), interruption.Ending));
    }

    private static async Task<int> RunAsync(Terminal terminal, CheckoutFolders folders, ServiceKind kind, CancellationToken ending)
    {
        var (settings, up) = UpFolder.NeedRunningIn(folders);
        var url = new Uri(settings.Urls[kind.Name]);
        if (LoopbackPort.IsTaken(url.Port))
            throw new PipelineException($"The {kind.Name} is running already: port {url.Port} is in use.", $"./pipeline up said its process number; end that one first.");

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var watching = StopWithUpAsync(folders, kind, up, stop);
        var code = await ServiceRunner.RunAsync(kind.Create(settings.ArgumentsOf(kind)), stop.Token);
        await stop.CancelAsync();
        await watching;
        if (!ending.IsCancellationRequested && code == ServiceRunner.Stopped) terminal.Say("./pipeline up is ending, and so does this.");
        return code;
    }

    // `up` removes its settings when it ends, and asks the Ingestor to go before the others.
    private static async Task StopWithUpAsync(CheckoutFolders folders, ServiceKind kind, int up, CancellationTokenSource stop)
    {
        try
        {
            while (UpFolder.RunningIn(folders)?.ProcessId == up && !(kind == ServiceKind.Ingestor && File.Exists(UpFolder.DrainingOf(folders))))
                await Task.Delay(LookEvery, stop.Token);
            await stop.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The service has ended by itself.
        }
    }
}
