using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>
/// Commits positions to Kafka on a thread of its own: the newest of each partition, one commit at a time, never backwards within a
/// tenure and never after its end. A commit that fails is covered by the next one.
/// </summary>
internal sealed class OffsetCommits
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    private readonly object access = new();
    private readonly Action<IEnumerable<TopicPartitionOffset>> commit;
    private readonly ILogger log;
    private readonly Thread thread;
    private readonly Dictionary<int, long> pending = [];
    private readonly Dictionary<int, long> highest = [];
    private Assignment? assignment;
    private bool busy;
    private bool stopped;
    private volatile Exception? fault;

    /// <param name="topic">The topic, for the thread's name.</param>
    /// <param name="commit">Commits and returns when the broker has answered; throws <see cref="KafkaException"/>.</param>
    /// <param name="log">The service's log.</param>
    public OffsetCommits(string topic, Action<IEnumerable<TopicPartitionOffset>> commit, ILogger log)
    {
        this.commit = commit;
        this.log = log;
        thread = new Thread(Run) { IsBackground = true, Name = $"commit {topic}" };
        thread.Start();
    }

    /// <summary>Why nothing is committed any more, or null.</summary>
    public Exception? Fault => fault;

    /// <summary>A new tenure; nothing of the last one is committed any more.</summary>
    public void Begin(Assignment? tenure)
    {
        lock (access)
        {
            assignment = tenure;
            pending.Clear();
            highest.Clear();
            Monitor.PulseAll(access);
        }
    }

    /// <summary>Everything before these positions has taken effect.</summary>
    public void Offer(Assignment tenure, IReadOnlyList<Position> positions)
    {
        lock (access)
        {
            if (tenure != assignment || tenure.Ended.IsCancellationRequested) return;
            foreach (var position in positions)
            {
                if (highest.TryGetValue(position.Partition, out var known) && known >= position.Offset) continue;
                highest[position.Partition] = position.Offset;
                pending[position.Partition] = position.Offset;
            }
            Monitor.PulseAll(access);
        }
    }

    /// <summary>Waits until everything that was offered is committed.</summary>
    /// <returns>False when it was not within the limit.</returns>
    public bool Drain(TimeSpan limit)
    {
        var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        lock (access)
        {
            while (pending.Count > 0 || busy)
            {
                var left = until - Environment.TickCount64;
                if (left <= 0 || !Monitor.Wait(access, TimeSpan.FromMilliseconds(left))) return pending.Count == 0 && !busy;
            }
            return true;
        }
    }

    /// <summary>Ends the thread.</summary>
    /// <returns>False when a commit hangs because the coordinator is away; the consumer must not be disposed under it.</returns>
    public bool Stop()
    {
        lock (access)
        {
            stopped = true;
            pending.Clear();
            Monitor.PulseAll(access);
        }
        return thread.Join(RetryAfter);
    }

    private void Run()
    {
        while (Next() is { } work)
        {
            var (tenure, offsets) = work;
            try
            {
                commit(offsets.Select(one => new TopicPartitionOffset(tenure.Topic, one.Key, one.Value)));
                Finished();
            }
            catch (KafkaException refused)
            {
                Failed(tenure, offsets, refused);
            }
#pragma warning disable CA1031 // The poll thread looks at it and ends the process; thrown here it would do so without a word.
            catch (Exception broken)
            {
                fault = broken;
                Finished();
                return;
            }
#pragma warning restore CA1031
        }
    }

    private (Assignment Tenure, Dictionary<int, long> Offsets)? Next()
    {
        lock (access)
        {
            while (!stopped && (pending.Count == 0 || assignment is null)) Monitor.Wait(access);
            if (stopped) return null;
            var offsets = new Dictionary<int, long>(pending);
            pending.Clear();
            busy = true;
            return (assignment!, offsets);
        }
    }

    private void Finished()
    {
        lock (access)
        {
            busy = false;
            Monitor.PulseAll(access);
        }
    }

    private void Failed(Assignment tenure, Dictionary<int, long> offsets, KafkaException refused)
    {
        var code = refused.Error.Code;
        // The first three say that the membership itself is over. A coordinator that refuses because of a rebalance will not accept
        // from a member that is just handing over, either. The new owner repeats what is missing.
        var over = code is ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId
            || (code is ErrorCode.RebalanceInProgress && tenure.Closing.IsCancellationRequested);
        lock (access)
        {
            if (!over)
            {
                if (tenure == assignment)
                    foreach (var (partition, offset) in offsets) pending.TryAdd(partition, offset);
                WaitBeforeRetry(tenure);
            }
            busy = false;
            Monitor.PulseAll(access);
            if (stopped) return;
        }
        if (code is ErrorCode.RebalanceInProgress) log.CommitRefused();
        else log.CommitFailed(code, refused.Error.Reason);
    }

    private void WaitBeforeRetry(Assignment tenure)
    {
        var until = Environment.TickCount64 + (long)RetryAfter.TotalMilliseconds;
        // New positions wake this thread too, and must not make it hammer the coordinator.
        while (!stopped && tenure == assignment && until - Environment.TickCount64 is > 0 and var left)
            Monitor.Wait(access, TimeSpan.FromMilliseconds(left));
    }
}
