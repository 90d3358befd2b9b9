using System.Globalization;
using Pipeline.Identity;
using Polly;
using Polly.CircuitBreaker;
using StackExchange.Redis;

namespace Pipeline.Resolver;

/// <summary>
/// The shared cache of the LID table: <c>{prefix}{business}:{epoch}:{lid}</c> →
/// <c>{business}:{lid}|phone|grade|first|last|event id|source</c>, times in microseconds since 1970 (what Postgres keeps). The value repeats whose it is:
/// one that stands under another key, by whatever accident, is passed over.
/// Postgres is the truth; Redis being away, slow, flushed or full of nonsense costs time and nothing else. Unknown LIDs are not stored.
/// </summary>
/// <remarks>
/// Nobody may read a phone here that has given way to another, or to none. So before the change is committed a mark takes the place of a moved phone,
/// which sends every reader to Postgres and keeps out what somebody has read there a moment before; when it cannot be
/// set, the business enters a new epoch in the same transaction, whose keys have never been written. A mark, <c>{prefix}filled</c>,
/// tells a full Redis from one that has lost everything; <see cref="RedisRefill"/> sets it.
/// </remarks>
public sealed class RedisLidEntries : IAsyncDisposable
{
    // Longer than anybody holds a row before storing it here.
    private static readonly TimeSpan MarkStays = TimeSpan.FromMinutes(10);

    private readonly string connection;
    private readonly ResolverOptions options;
    private readonly TimeProvider clock;
    private readonly ResolverMetrics metrics;
    private readonly ResiliencePipeline pipeline;
    private readonly Dictionary<long, long> epochs = [];
    private Task<ConnectionMultiplexer>? connecting;
    private volatile bool isOpen;

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
                OnOpened = _ => { isOpen = true; return default; },
                OnClosed = _ => { isOpen = false; return default; },
            })
            .Build();
        if (IsConfigured) metrics.ShowBreaker("redis", () => isOpen);
    }

    /// <summary>True when a Redis is configured.</summary>
    public bool IsConfigured => connection.Length > 0;

    /// <summary>Called when Redis answered and has lost what was in it.</summary>
    public Action Emptied { get; set; } = () => { };

    private RedisKey Filled => options.RedisKeyPrefix + "filled";

    private RedisKey Filling => options.RedisKeyPrefix + "filling";

    /// <summary>Says which epoch a business is in.</summary>
    public void SetEpoch(long business, long epoch)
    {
        lock (epochs) epochs[business] = epoch;
    }

    /// <summary>Looks up many LIDs in one round trip. A LID that is not in the answer has to be asked of Postgres.</summary>
    public async Task<IReadOnlyDictionary<LidKey, LidEntry>> FindAsync(IReadOnlyList<LidKey> keys, CancellationToken cancellation)
    {
        var found = new Dictionary<LidKey, LidEntry>();
        if (!IsConfigured || keys.Count == 0) return found;

        RedisKey[] names = [.. keys.Select(NameOf), Filled];
        var values = await TryAsync(redis => redis.StringGetAsync(names), "get", cancellation);
        if (values is null) return found;
        if (values[^1].IsNull) Emptied();

        for (var i = 0; i < keys.Count; i++)
        {
            if (values[i].IsNullOrEmpty) continue;
            if (values[i] == MarkOf(keys[i])) continue;
            if (Parse(keys[i], values[i].ToString()) is { } entry) found[keys[i]] = entry;
            else metrics.CountRedisFailure("garbage");
        }
        return found;
    }

    /// <summary>Writes entries. A failure costs a look-up in Postgres later on.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="overwrite">False for what was only read: what is there already may be newer.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False when Redis did not take them.</returns>
    public async Task<bool> StoreAsync(IReadOnlyCollection<KeyValuePair<LidKey, LidEntry>> entries, bool overwrite, CancellationToken cancellation)
    {
        if (!IsConfigured || entries.Count == 0) return true;
        return await TryAsync(
            async redis =>
            {
                var batch = redis.CreateBatch();
                var when = overwrite ? When.Always : When.NotExists;
                var writes = entries.Select(entry => batch.StringSetAsync(NameOf(entry.Key), Format(entry.Key, entry.Value), options.RedisTimeToLive, when)).ToArray();
                batch.Execute();
                await Task.WhenAll(writes);
                return true;
            },
            "set",
            cancellation);
    }

    /// <summary>Puts a mark in the place of entries: ask Postgres. Only a later change takes it away, or time.</summary>
    /// <returns>False when Redis may still have the entries.</returns>
    public async Task<bool> ForgetAsync(IReadOnlyCollection<LidKey> keys, CancellationToken cancellation) =>
        !IsConfigured || await TryAsync(
            async redis =>
            {
                var batch = redis.CreateBatch();
                var writes = keys.Select(key => batch.StringSetAsync(NameOf(key), MarkOf(key), MarkStays)).ToArray();
                batch.Execute();
                await Task.WhenAll(writes);
                return true;
            },
            "mark",
            cancellation);

    /// <summary>Takes the task of filling Redis, unless another process has it.</summary>
    public Task<bool> TryBeginFillingAsync(TimeSpan lease, CancellationToken cancellation) => TryAsync(
        async redis => (await redis.StringGetAsync(Filled)).IsNull && await redis.StringSetAsync(Filling, "1", lease, When.NotExists), "get", cancellation);

    /// <summary>Redis has everything again.</summary>
    public Task<bool> EndFillingAsync(CancellationToken cancellation) => TryAsync(
        async redis => await redis.StringSetAsync(Filled, "1") && await redis.KeyDeleteAsync(Filling), "set", cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (connecting is { IsCompletedSuccessfully: true }) (await connecting).Dispose();
    }

    private static string Format(LidKey key, LidEntry entry) => string.Join(
        '|',
        OwnerOf(key),
        entry.Phone.ToString(),
        GradeWords.Of(entry.Grade),
        SinceEpoch(entry.FirstSeen),
        SinceEpoch(entry.LastSeen),
        entry.EventId.ToString("N"),
        entry.Source);

    private static LidEntry? Parse(LidKey key, string text)
    {
        var fields = text.Split('|', 7);
        if (fields.Length == 7
            && fields[0] == OwnerOf(key)
            && PhoneNumber.FromE164(fields[1]) is { } phone
            && GradeWords.TryParse(fields[2]) is { } grade
            && TimeOf(fields[3]) is { } first
            && TimeOf(fields[4]) is { } last
            && Guid.TryParseExact(fields[5], "N", out var eventId))
            return new LidEntry(phone, grade, fields[6], first, last, eventId);
        return null;
    }

    private static string MarkOf(LidKey key) => OwnerOf(key) + "|";

    private static string OwnerOf(LidKey key) => string.Create(CultureInfo.InvariantCulture, $"{key.BusinessId}:{key.Lid}");

    private static string SinceEpoch(DateTimeOffset time) =>
        ((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset? TimeOf(string microseconds) =>
        long.TryParse(microseconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value is > -62135596800000000 and < 253402300799999999
            ? DateTimeOffset.UnixEpoch.AddTicks(value * TimeSpan.TicksPerMicrosecond)
            : null;

    private RedisKey NameOf(LidKey key)
    {
        long epoch;
        lock (epochs) epoch = epochs.GetValueOrDefault(key.BusinessId);
        return string.Create(CultureInfo.InvariantCulture, $"{options.RedisKeyPrefix}{key.BusinessId}:{epoch}:{key.Lid}");
    }

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
