using Pipeline.Cli.Sending;
using Pipeline.Cli.Services;

namespace Pipeline.Cli.Progress;

/// <summary>
/// Sends an input to an Ingestor and waits until all of it has been stored, with every service's progress shown along the way.
/// </summary>
/// <param name="terminal">Where progress is shown.</param>
/// <param name="settings">Where everything is.</param>
/// <param name="tokenOf">The token of a business.</param>
/// <param name="clock">For rates and patience.</param>
internal sealed class Playing(Terminal terminal, PipelineSettings settings, Func<long, string> tokenOf, TimeProvider clock)
{
    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly SlidingRate accepted = new(clock);

    /// <summary>How far the sending has got.</summary>
    public SendCounts Sent { get; } = new();

    /// <summary>Plays the input.</summary>
    /// <param name="input">What to send.</param>
    /// <param name="onAccepted">Called with each request that has been taken; may be null.</param>
    /// <param name="check">Called again and again; throws when a service has ended.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>From the first event sent to the last one stored.</returns>
    /// <exception cref="PipelineException">It did not get through.</exception>
    public async Task<TimeSpan> RunAsync(
        IAsyncEnumerable<(InputLine? Line, RefusedLine? Refused)> input, Action<Chunk>? onAccepted, Action check, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var client = new WebhookClient(http, new Uri(settings.Urls[ServiceKind.Ingestor.Name]), tokenOf, SendPatience, clock);
        using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, clock);
        var board = new ProgressBoard(terminal, clock);
        var begun = clock.GetTimestamp();
        return await board.RunAsync(async () =>
        {
            using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            // Reading and checking the input is work, too: not on the thread that shows the progress.
            var sending = Task.Run(() => new FileSender(client).SendAsync(input, Sent, onAccepted, failing.Token), failing.Token);
            try
            {
                while (!sending.IsCompleted)
                {
                    Show(await monitor.ReadAsync(cancellation));
                    await Task.WhenAny(sending, Task.Delay(Pause, cancellation));
                }
            }
            catch (Exception)
            {
                await failing.CancelAsync();
                await Task.WhenAny(sending);
                throw;
            }
            await sending;

            var drained = await Drain.WaitAsync(monitor.ReadAsync, Show, DrainPatience, clock, cancellation);
            if (drained.End == Drain.End.Stuck)
                throw new PipelineException($"The pipeline did not finish: nothing has moved for {DrainPatience.TotalSeconds:0} s.");
            return clock.GetElapsedTime(begun, drained.QuietSince);

            void Show(IReadOnlyList<StageFigures> readers)
            {
                check();
                board.Show([new StageFigures(ServiceKind.Ingestor.Name, Sent.Records, 0, accepted.Add(Sent.Records)), .. readers]);
            }
        });
    }
}
