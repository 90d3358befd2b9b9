using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>The gates of a process, one for each topic that was named with <see cref="ServiceBuilder.LimitBacklog{T}"/>; none while the limit is 0.</summary>
public sealed class BacklogGates : IDisposable
{
    private readonly Dictionary<string, BacklogGate> gates = new(StringComparer.Ordinal);
    private readonly TimeProvider time;

    /// <summary>Makes the gates. They connect when they are first needed.</summary>
    public BacklogGates(IServiceProvider services, KafkaOptions options, ServiceName name, ProcessFailure failure, ILoggerFactory loggers, TimeProvider time)
    {
        this.time = time;
        if (options.MaxDownstreamBytes == 0) return;
        var limits = (IEnumerable<BacklogLimit>?)services.GetService(typeof(IEnumerable<BacklogLimit>)) ?? [];
        foreach (var limit in limits)
            gates[limit.Topic] = new BacklogGate(limit.Topic, limit.Group, options, name, failure, loggers.CreateLogger(name.Value), time);
    }

    /// <summary>The gate before a topic, or null.</summary>
    internal BacklogGate? Of(string topic) => gates.Count == 0 ? null : gates.GetValueOrDefault(topic);

    /// <summary>Waits until every one of the topics has room.</summary>
    /// <returns>False when there was none within the limit.</returns>
    internal async Task<bool> WaitAsync(IReadOnlyList<string> topics, TimeSpan limit, CancellationToken cancellation)
    {
        if (gates.Count == 0) return true;
        var started = time.GetTimestamp();
        BacklogGate? last = null;
        foreach (var topic in topics)
        {
            // Almost always all records of a call go to one topic.
            var gate = Of(topic);
            if (gate is null || gate == last) continue;
            last = gate;
            var left = limit == Timeout.InfiniteTimeSpan ? limit : limit - time.GetElapsedTime(started);
            if (left != Timeout.InfiniteTimeSpan && left < TimeSpan.Zero) left = TimeSpan.Zero;
            if (!await gate.WaitAsync(left, cancellation)) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var gate in gates.Values) gate.Dispose();
    }
}
