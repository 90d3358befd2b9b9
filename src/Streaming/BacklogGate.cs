using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>
/// Keeps a writer from running away from the group that reads its topic: there is no room while the group is more than
/// <see cref="KafkaOptions.MaxDownstreamBytes"/> behind on any one partition. A broker with a disk needs no such thing; the
/// in-process one silently drops what lies more than about 5 MB behind.
/// </summary>
/// <remarks>
/// What this process wrote is known from its delivery reports; how far the group has come is asked every 30 ms while anything is
/// unread, with a consumer that has the group's id and never joins it.
/// </remarks>
internal sealed class BacklogGate(string topic, string group, KafkaOptions options, ServiceName service, ProcessFailure failure, ILogger log, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan AskAgainAfterFault = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromSeconds(30);

    private readonly Backlog backlog = new();
    private readonly Lock access = new();
    private readonly CancellationTokenSource stop = new();
    private readonly ManualResetEventSlim unread = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? asking;
    private bool measured;
    private long saidAt;

    /// <summary>Waits until there is room.</summary>
    /// <returns>False when there was none within the limit.</returns>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            Task change;
            lock (access)
            {
                Start();
                if (measured && backlog.Largest <= options.MaxDownstreamBytes) return true;
                if (measured) SayHeld();
                change = changed.Task;
            }

            var left = limit == Timeout.InfiniteTimeSpan ? limit : limit - time.GetElapsedTime(started);
            if (left != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero) return false;
            try
            {
                await change.WaitAsync(left, time, cancellation);
            }
            catch (TimeoutException)
            {
                return false;
            }
        }
    }

    /// <summary>A record is about to be handed to the client.</summary>
    public void Handed(int bytes)
    {
        lock (access) backlog.Handed(bytes);
    }

    /// <summary>The client did not take it.</summary>
    public void Withdrawn(int bytes)
    {
        lock (access) backlog.Withdrawn(bytes);
    }

    /// <summary>The record was acknowledged, or failed for good.</summary>
    public void Reported(DeliveryReport<byte[], byte[]> report, int bytes)
    {
        lock (access)
        {
            if (report.Error.IsError) backlog.Withdrawn(bytes);
            else backlog.Written(report.Partition.Value, report.Offset.Value, bytes);
        }
        unread.Set();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stop.Cancel();
        unread.Set();
        asking?.Join(AskLimit);
        stop.Dispose();
        unread.Dispose();
    }

    private void Start()
    {
        if (asking is not null) return;
        asking = new Thread(Ask) { IsBackground = true, Name = $"backlog {topic}" };
        asking.Start();
    }

    private void Ask()
    {
        try
        {
            AskUntilStopped();
        }
#pragma warning disable CA1031 // The thread's last words: writers would wait for room for ever.
        catch (Exception fault)
        {
            failure.Fail($"How far '{group}' has come on '{topic}' cannot be asked.", fault);
        }
#pragma warning restore CA1031
    }

    private void AskUntilStopped()
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(KafkaConfig.Observer(options, service.Value, group))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        while (!stop.IsCancellationRequested)
        {
            var wait = AskEvery;
            try
            {
                if (measured) AskCommitted(consumer);
                else Measure(consumer);
            }
            catch (KafkaException fault)
            {
                log.BacklogUnknown(group, topic, fault.Error.Reason);
                wait = AskAgainAfterFault;
            }
            Announce();
            if (stop.Token.WaitHandle.WaitOne(wait)) return;
            WaitForUnread();
        }
    }

    // Nothing is asked while everything has been read.
    private void WaitForUnread()
    {
        lock (access)
        {
            if (!measured || backlog.Largest > 0) return;
            unread.Reset();
        }
        try
        {
            unread.Wait(stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    // An earlier process may have left records unread; without counting them the first seconds could push them over the edge.
    private void Measure(IConsumer<byte[], byte[]> consumer)
    {
        var lags = LagReader.Read(consumer, TopicPartitions.Of(options, service, topic, AskLimit), AskLimit);
        lock (access)
        {
            foreach (var lag in lags) backlog.StartWith(lag.Partition, lag.Next, lag.High);
            measured = true;
        }
    }

    private void AskCommitted(IConsumer<byte[], byte[]> consumer)
    {
        List<TopicPartition> partitions;
        lock (access) partitions = [.. backlog.Partitions.Select(partition => new TopicPartition(topic, partition))];
        if (partitions.Count == 0) return;
        var committed = consumer.Committed(partitions, AskLimit);
        lock (access)
        {
            // A group that has never committed counts as standing at the beginning, where StartWith put it.
            foreach (var position in committed)
                if (position.Offset.Value >= 0)
                    backlog.Committed(position.Partition.Value, position.Offset.Value);
        }
    }

    private void Announce()
    {
        TaskCompletionSource waiters;
        lock (access)
        {
            waiters = changed;
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        waiters.SetResult();
    }

    private void SayHeld()
    {
        if (saidAt != 0 && time.GetElapsedTime(saidAt) < SayAgainAfter) return;
        saidAt = time.GetTimestamp();
        log.BacklogHeld(topic, backlog.Largest, group);
    }
}
