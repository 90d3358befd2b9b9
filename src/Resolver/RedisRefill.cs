using System.Threading.Channels;
using Pipeline.Streaming;

namespace Pipeline.Resolver;

/// <summary>
/// Fills Redis from Postgres when it has lost everything, in the background and page by page; until then look-ups go on to Postgres.
/// One process does it, whoever notices first.
/// </summary>
public sealed class RedisRefill(RedisLidEntries redis, PostgresLidEntries postgres, LidTable table, ResolverOptions options, TimeProvider clock, ILogger<RedisRefill> log) : BackgroundService
{
    private const int PageRows = 1000;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    // Every batch says so until it is filled; once is enough.
    private readonly Channel<bool> emptied = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Fills Redis once, if it needs it and nobody else does it.</summary>
    /// <returns>How many entries were offered; null when it was not needed or could not be finished.</returns>
    public async Task<long?> RunOnceAsync(CancellationToken cancellation)
    {
        if (!redis.IsConfigured || !await redis.TryBeginFillingAsync(Lease, cancellation)) return null;
        var filled = 0L;
        LidKey? after = null;
        while (filled < options.RedisRefillEntries)
        {
            var page = await postgres.PageAsync(after, PageRows, cancellation);
            if (page.Count == 0) break;
            await table.OpenAsync([.. page.Select(row => row.Key.BusinessId).Distinct()], cancellation);
            // Not over what is there: it may be newer than what was read here.
            if (!await redis.StoreAsync([.. page.Select(row => KeyValuePair.Create(row.Key, row.Entry))], overwrite: false, cancellation)) return null;
            filled += page.Count;
            after = page[^1].Key;
        }
        if (!await redis.EndFillingAsync(cancellation)) return null;
        log.RedisFilled(filled);
        return filled;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        redis.Emptied = () => emptied.Writer.TryWrite(true);
        await foreach (var _ in emptied.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception fault) when (Transient.Is(fault))
            {
                log.RefillFailed(fault.GetType().Name);
            }
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }
}
