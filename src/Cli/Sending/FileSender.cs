using System.Threading.Channels;

namespace Pipeline.Cli.Sending;

/// <summary>
/// Sends an input to an Ingestor: the lines of one business one request after the other, so that they arrive in the file's order;
/// businesses side by side.
/// </summary>
internal sealed class FileSender(WebhookClient client)
{
    // Requests waiting for each business. Bounds the memory, and makes the reader wait for the Ingestor.
    private const int MostWaiting = 4;
    private const int MostAtOnce = 8;

    /// <summary>Sends everything.</summary>
    /// <param name="input">What to send, see <see cref="InputLines"/>.</param>
    /// <param name="counts">Counts along.</param>
    /// <param name="onAccepted">Called with each request that has been taken, in order within a business; may be null.</param>
    /// <param name="cancellation">Stops sending; what has been taken stays.</param>
    /// <exception cref="PipelineException">The Ingestor refuses or does not answer.</exception>
    public async Task SendAsync(
        IAsyncEnumerable<(InputLine? Line, RefusedLine? Refused)> input, SendCounts counts, Action<Chunk>? onAccepted, CancellationToken cancellation)
    {
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var places = new SemaphoreSlim(MostAtOnce);
        var lanes = new Dictionary<long, Lane>();
        try
        {
            await foreach (var (line, refused) in input.WithCancellation(failing.Token))
            {
                counts.CountRead();
                if (refused is not null) counts.CountRefused(refused);
                if (line is not null) await LaneOf(line.Business).AddAsync(line, failing.Token);
            }
            foreach (var lane in lanes.Values) await lane.FinishAsync(failing.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // One of the lanes failed; its exception is the reason and is thrown below.
        }
        await Task.WhenAll(lanes.Values.Select(lane => lane.Sent));

        Lane LaneOf(long business)
        {
            if (!lanes.TryGetValue(business, out var lane)) lanes.Add(business, lane = new Lane(business, SendOneAsync, failing));
            return lane;
        }

        async Task SendOneAsync(Chunk chunk)
        {
            await places.WaitAsync(failing.Token);
            try
            {
                counts.CountTaken(await client.SendAsync(chunk, failing.Token));
                onAccepted?.Invoke(chunk);
            }
            finally
            {
                places.Release();
            }
        }
    }

    /// <summary>The line in which one business waits.</summary>
    private sealed class Lane
    {
        private readonly Channel<Chunk> waiting = Channel.CreateBounded<Chunk>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });
        private readonly long business;
        private Chunk? open;

        public Lane(long business, Func<Chunk, Task> send, CancellationTokenSource failing)
        {
            this.business = business;
            Sent = RunAsync(send, failing);
        }

        public Task Sent { get; }

        public async Task AddAsync(InputLine line, CancellationToken cancellation)
        {
            if (open is not null && !open.Takes(line)) await CloseOpenAsync(cancellation);
            open ??= new Chunk(business, line.Source);
            open.Add(line);
        }

        public async Task FinishAsync(CancellationToken cancellation)
        {
            await CloseOpenAsync(cancellation);
            waiting.Writer.Complete();
        }

        private async Task CloseOpenAsync(CancellationToken cancellation)
        {
            if (open is null) return;
            await waiting.Writer.WriteAsync(open, cancellation);
            open = null;
        }

        private async Task RunAsync(Func<Chunk, Task> send, CancellationTokenSource failing)
        {
            try
            {
                await foreach (var chunk in waiting.Reader.ReadAllAsync(failing.Token)) await send(chunk);
            }
            catch (Exception)
            {
                await failing.CancelAsync();
                throw;
            }
        }
    }
}
