using System.Globalization;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Sending;
using Pipeline.Cli.Services;
using Pipeline.Ingestor;

namespace Pipeline.Cli.Runs;

/// <summary>Sends a file to an Ingestor that runs elsewhere.</summary>
internal sealed class IngestRun(Terminal terminal, CheckoutFolders folders, TimeProvider clock)
{
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(60);

    /// <summary>What to send where.</summary>
    /// <param name="File">The file, or - for standard input.</param>
    /// <param name="Url">The Ingestor; null for the one of a running <c>up</c>.</param>
    /// <param name="Token">One token for every line; null to make one for each business.</param>
    /// <param name="Wait">Whether to wait until everything has been stored.</param>
    /// <param name="Patience">How long an Ingestor may answer “not now”.</param>
    public sealed record Request(string File, Uri? Url, string? Token, bool Wait, TimeSpan Patience);

    /// <summary>Sends.</summary>
    /// <returns>The exit code: 0 when something was taken.</returns>
    /// <exception cref="PipelineException">The sending broke off.</exception>
    public async Task<int> RunAsync(Request request, CancellationToken cancellation)
    {
        await using var input = Open(request.File);
        var running = request.Url is null || request.Wait ? UpFolder.NeedRunningIn(folders).Settings : null;
        var url = request.Url ?? new Uri(running!.Urls[ServiceKind.Ingestor.Name]);
        var key = request.Token is null ? SigningKeys.Find(folders) : "";
        using var http = new HttpClient();
        var client = new WebhookClient(http, url, business => request.Token ?? BusinessTokens.Issue(key, business), request.Patience, clock);

        var sent = new SendCounts();
        var begun = clock.GetTimestamp();
        try
        {
            var sending = new FileSender(client).SendAsync(InputLines.ReadAsync(input, cancellation), sent, onAccepted: null, cancellation);
            while (!sending.IsCompleted)
            {
                await Task.WhenAny(sending, Task.Delay(SayEvery, clock, cancellation));
                if (!sending.IsCompleted) terminal.Say($"{Seconds(begun),8}  {sent.Events} of {sent.Lines} events taken");
            }
            await sending;
        }
        finally
        {
            terminal.Say($"{sent.Events} of {sent.Lines} events taken, {sent.Records} records, {Seconds(begun)}.");
            RefusedLines.Show(terminal, sent);
        }
        if (request.Wait) await WaitAsync(running!, cancellation);
        return sent.Events > 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private async Task WaitAsync(PipelineSettings settings, CancellationToken cancellation)
    {
        using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, clock);
        var board = new ProgressBoard(terminal, clock);
        if ((await board.RunAsync(() => Drain.WaitAsync(monitor.ReadAsync, board.Show, DrainPatience, clock, cancellation))).End == Drain.End.Stuck)
            throw new PipelineException($"The pipeline did not finish: nothing has moved for {DrainPatience.TotalSeconds:0} s.", "What ./pipeline up says tells which service stands still.");
        terminal.Say("Everything has been stored.");
    }

    private static Stream Open(string file)
    {
        try
        {
            return file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"The file cannot be read: {unreadable.Message}");
        }
    }

    private string Seconds(long since) => clock.GetElapsedTime(since).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
}
