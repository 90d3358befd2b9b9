using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pipeline.Resolver;

/// <summary>What the Resolver counts. No label ever holds an address.</summary>
public sealed class ResolverMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Meter = "Pipeline.Resolver";

    private readonly Meter meter;
    private readonly Counter<long> events;
    private readonly Counter<long> resolved;
    private readonly Counter<long> tiers;
    private readonly Counter<long> mappings;
    private readonly Counter<long> endpoint;
    private readonly Counter<long> redis;
    private readonly Counter<long> doubts;
    private readonly Counter<long> hints;
    private readonly Counter<long> lidAsPhone;
    private readonly ConcurrentDictionary<string, Func<bool>> breakers = [];
    private long parked;
    private long oldestParkedSeconds;

    /// <summary>Made once a process.</summary>
    public ResolverMetrics(IMeterFactory factory)
    {
        meter = factory.Create(Meter);
        events = meter.CreateCounter<long>("whatsapp_events_read", "{event}", "Events by kind and by what follows from them.");
        resolved = meter.CreateCounter<long>("whatsapp_resolved", "{message}", "Messages by how the phone of the other side was found.");
        tiers = meter.CreateCounter<long>("whatsapp_lid_lookups", "{lid}", "LIDs answered by each tier of the table.");
        mappings = meter.CreateCounter<long>("whatsapp_lid_statements", "{pair}", "Stated pairs by what they did to the table.");
        endpoint = meter.CreateCounter<long>("whatsapp_endpoint_lookups", "{lid}", "Look-ups at the resolve endpoint by outcome.");
        redis = meter.CreateCounter<long>("whatsapp_redis_failures", "{call}", "Redis calls that did not help, by kind.");
        hints = meter.CreateCounter<long>("whatsapp_hints", "{message}", "Messages of unresolved people that quoted a phone. Never used, unless the business is set to trust it.");
        lidAsPhone = meter.CreateCounter<long>("whatsapp_lid_as_phone", "{phone}", "Phones refused at the last moment because their digits are a LID of the business. Must stay 0.");
        // A counter that has never been raised is not exported; this one has to be seen at 0.
        lidAsPhone.Add(0);
        meter.CreateObservableGauge("whatsapp_lid_parked", () => Interlocked.Read(ref parked), "{lid}", "LIDs whose phone nobody knows, of the partitions of this process.");
        meter.CreateObservableGauge("whatsapp_lid_parked_oldest_seconds", () => Interlocked.Read(ref oldestParkedSeconds), "s", "How long the oldest of them has been waiting.");
        meter.CreateObservableGauge(
            "whatsapp_breaker_open",
            () => breakers.Select(breaker => new Measurement<int>(breaker.Value() ? 1 : 0, new KeyValuePair<string, object?>("dependency", breaker.Key))),
            "{breaker}", "1 while a dependency is not asked because it has failed too often, or wants to be left alone.");
        doubts = meter.CreateCounter<long>("whatsapp_doubts", "{event}", "Addresses that were not believed, and pairs that contradict each other, by kind.");
    }

    /// <summary>One event.</summary>
    /// <param name="kind">What it is about.</param>
    /// <param name="becomes">What follows: <c>message</c>, <c>change</c> (of a message), <c>ruling</c>, <c>nothing</c> or <c>dead_letter</c>.</param>
    public void CountEvent(string kind, string becomes) =>
        events.Add(1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("becomes", becomes));

    /// <summary>One message whose other side was found in this way.</summary>
    public void CountResolved(string source) => resolved.Add(1, new KeyValuePair<string, object?>("source", source));

    /// <summary>LIDs that a tier answered.</summary>
    public void CountTier(string tier, int lids)
    {
        if (lids > 0) tiers.Add(lids, new KeyValuePair<string, object?>("tier", tier));
    }

    /// <summary>One stated pair.</summary>
    public void CountStatement(MappingVerdict verdict) => mappings.Add(1, new KeyValuePair<string, object?>("verdict", verdict.ToString().ToLowerInvariant()));

    /// <summary>One look-up at the endpoint.</summary>
    public void CountEndpoint(string outcome) => endpoint.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>One Redis call that failed or was passed over.</summary>
    public void CountRedisFailure(string kind) => redis.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>One address or pair that was not believed.</summary>
    public void CountDoubt(string kind) => doubts.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>One message that quoted a phone while its author had none.</summary>
    public void CountHint(bool trusted) => hints.Add(1, new KeyValuePair<string, object?>("trusted", trusted));

    /// <summary>Phones that were refused because they are LIDs.</summary>
    public void CountLidAsPhone(int phones)
    {
        if (phones > 0) lidAsPhone.Add(phones);
    }

    /// <summary>How many LIDs are parked, and since when the oldest.</summary>
    public void SetParked(long count, TimeSpan oldest)
    {
        Interlocked.Exchange(ref parked, count);
        Interlocked.Exchange(ref oldestParkedSeconds, (long)Math.Max(0, oldest.TotalSeconds));
    }

    /// <summary>Shows whether a dependency is asked at the moment.</summary>
    /// <param name="dependency">What it is called.</param>
    /// <param name="isOpen">True while it is not asked.</param>
    public void ShowBreaker(string dependency, Func<bool> isOpen) => breakers[dependency] = isOpen;

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
