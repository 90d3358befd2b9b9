using System.Globalization;
using Pipeline.Identity;
using Polly;
using Polly.CircuitBreaker;
using StackExchange.Redis;

namespace Pipeline.Resolver;

/// <summary>
/// The shared cache of the LID table: <c>{prefix}{business}:{lid}</c> → <c>phone|grade|first|last|event id|source</c>, times in microseconds since 1970 (what Postgres keeps).
/// Postgres is the truth; Redis being away, slow, flushed or full of nonsense costs time and nothing else. Unknown LIDs are not stored.
/// </summary>
public sealed class RedisLidEntries : IAsyncDisposable
{
    private readonly string connection;
    private readonly ResolverOptions options;
    private readonly TimeProvider clock;
    private readonly ResolverMetrics metrics;
    private readonly ResiliencePipeline pipeline;
    private readonly HashSet<LidKey> missedWrites = [];
    private Task<ConnectionMultiplexer>? connecting;

    /// <param name="connection">StackExchange.Redis configuration text; empty means that there is no Redis.</param>
    public RedisLidEntries(string connection, ResolverOptions options, ResolverMetrics metrics, TimeProvider clock)
    {
        this.connection = connection;
        this.options = options;
        this.metrics = metrics;
        this.clock = clock;
        // No retry here: a batch goes on to Postgres at once. While the breaker is open Redis costs nothing at all.
        pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                MinimumThroughput = 3,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(5),
                ShouldHandle = new PredicateBuilder().Handle<Exception>(fault => fault is not OperationCanceledException),
            })
            .Build();
    }

    /// <summary>True when a Redis is configured.</summary>
    public bool IsConfigured => connection.Length > 0;

    /// <summary>Looks up many LIDs in one round trip. A LID that is not in the answer has to be asked of Postgres.</summary>
    public async Task<IReadOnlyDictionary<LidKey, LidEntry>> FindAsync(IReadOnlyList<LidKey> keys, CancellationToken cancellation)
    {
        var found = new Dictionary<LidKey, LidEntry>();
        if (!IsConfigured || keys.Count == 0) return found;

        var values = await TryAsync(
            async redis =>
            {
                // What could not be written while Redis was away must not be read again in its old form.
                if (missedWrites.Count > 0)
                {
                    await redis.KeyDeleteAsync([.. missedWrites.Select(NameOf)]);
                    missedWrites.Clear();
                }
                return await redis.StringGetAsync([.. keys.Select(NameOf)]);
            },
            "get",
            cancellation);

        for (var i = 0; i < (values?.Length ?? 0); i++)
        {
            if (values![i].IsNullOrEmpty) continue;
            if (Parse(values[i]!) is { } entry) found[keys[i]] = entry;
            else metrics.CountRedisFailure("garbage");
        }
        return found;
    }

    /// <summary>Writes what has changed. A failure is remembered, and the entries are removed before Redis is read again.</summary>
    public async Task StoreAsync(IReadOnlyCollection<KeyValuePair<LidKey, LidEntry>> entries, CancellationToken cancellation)
    {
        if (!IsConfigured || entries.Count == 0) return;
        var done = await TryAsync(
            async redis =>
            {
                var batch = redis.CreateBatch();
                var writes = entries.Select(entry => batch.StringSetAsync(NameOf(entry.Key), Format(entry.Value), options.RedisTimeToLive)).ToArray();
                batch.Execute();
                await Task.WhenAll(writes);
                return true;
            },
            "set",
            cancellation);
        if (!done) missedWrites.UnionWith(entries.Select(entry => entry.Key));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (connecting is { IsCompletedSuccessfully: true }) (await connecting).Dispose();
    }

    private static string Format(LidEntry entry) => string.Join(
        '|',
        entry.Phone.ToString(),
        entry.Grade == MappingGrade.Strong ? "strong" : "seed",
        Microseconds(entry.FirstSeen),
        Microseconds(entry.LastSeen),
        entry.EventId.ToString("N"),
        entry.Source);

    private static LidEntry? Parse(string text)
    {
        var fields = text.Split('|', 6);
        if (fields.Length == 6
            && PhoneNumber.FromE164(fields[0]) is { } phone
            && fields[1] is "strong" or "seed"
            && TimeOf(fields[2]) is { } first
            && TimeOf(fields[3]) is { } last
            && Guid.TryParseExact(fields[4], "N", out var eventId))
            return new LidEntry(phone, fields[1] == "strong" ? MappingGrade.Strong : MappingGrade.Seed, fields[5], first, last, eventId);
        return null;
    }

    private static string Microseconds(DateTimeOffset time) =>
        ((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset? TimeOf(string microseconds) =>
        long.TryParse(microseconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value is > -62135596800000000 and < 253402300799999999
            ? DateTimeOffset.UnixEpoch.AddTicks(value * TimeSpan.TicksPerMicrosecond)
            : null;

    private RedisKey NameOf(LidKey key) => $"{options.RedisKeyPrefix}{key.BusinessId}:{key.Lid}";

    private async Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> call, string operation, CancellationToken cancellation)
    {
        try
        {
            return await pipeline.ExecuteAsync(
                async token =>
                {
                    // An asynchronous call to a frozen server may never return in the oldest supported client, hence a limit of our own.
                    var redis = (await ConnectAsync().WaitAsync(options.RedisLimit, clock, token)).GetDatabase();
                    return await call(redis).WaitAsync(options.RedisLimit, clock, token);
                },
                cancellation);
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException or BrokenCircuitException or ObjectDisposedException or InvalidOperationException)
        {
            metrics.CountRedisFailure(fault is BrokenCircuitException ? "breaker_open" : operation);
            return default;
        }
    }

    private Task<ConnectionMultiplexer> ConnectAsync()
    {
        if (connecting is null or { IsFaulted: true } or { IsCanceled: true })
        {
            var configuration = ConfigurationOptions.Parse(connection);
            configuration.AbortOnConnectFail = false;
            connecting = ConnectionMultiplexer.ConnectAsync(configuration);
        }
        return connecting;
    }
}
