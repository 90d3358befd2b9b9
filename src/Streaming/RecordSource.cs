using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>
/// Reads one topic as a member of a group, on a thread of its own that does nothing but poll: whatever the stage does, the group
/// hears of this member, and no callback of the client ever throws.
/// </summary>
internal sealed class RecordSource : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PollPaused = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWaitForRoom = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RoomSlice = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRebalanceDrain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromSeconds(30);

    private readonly string topic;
    private readonly RecordBuffer buffer;
    private readonly LoopServices shared;
    private readonly LoopHealth health;
    private readonly ILogger log;
    private readonly IOwnPositions? own;
    private readonly IConsumer<byte[], byte[]> consumer;
    private readonly OffsetCommits commits;
    private readonly Thread thread;
    private readonly TimeSpan waitForRoom;
    private readonly TimeSpan rebalanceDrain;
    private readonly ConcurrentQueue<SeekRequest> seeks = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<ErrorCode, long> said = [];

    // What was read while the buffer was full. Touched by the poll thread only, as is everything below.
    private readonly Queue<ConsumeResult<byte[], byte[]>> held = new();
    private Assignment? assignment;
    private bool paused;
    private TimeSpan stopLimit;
    private Exception? callbackFault;
    private Error? fatal;

    public RecordSource(string topic, string group, RecordBuffer buffer, IOwnPositions? own, LoopServices shared, LoopHealth health, ILogger log)
    {
        this.topic = topic;
        this.buffer = buffer;
        this.own = own;
        this.shared = shared;
        this.health = health;
        this.log = log;
        var config = KafkaConfig.Consumer(shared.Options, shared.Service.Value, group);
        // A member that does not poll for this long is expelled; everything the poll thread waits for stays well below.
        var maxPoll = TimeSpan.FromMilliseconds(config.TryGetValue("max.poll.interval.ms", out var text) && int.TryParse(text, out var given) ? given : 300_000);
        waitForRoom = Least(LongestWaitForRoom, maxPoll / 4);
        rebalanceDrain = Least(LongestRebalanceDrain, maxPoll / 3);
        consumer = new ConsumerBuilder<byte[], byte[]>(config)
            .SetErrorHandler((_, error) => OnError(error))
            .SetLogHandler((_, message) => shared.Producer.Guarded("log", () => log.Client(message)))
            .SetStatisticsHandler((_, json) => shared.Producer.Guarded("statistics", () => log.Statistics(json.Length)))
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => OnGone(partitions, lost: false))
            .SetPartitionsLostHandler((_, partitions) => OnGone(partitions, lost: true))
            .Build();
        commits = new OffsetCommits(topic, consumer.Commit, log);
        thread = new Thread(Run) { IsBackground = true, Name = $"poll {topic}" };
    }

    /// <summary>Where finished positions go.</summary>
    public OffsetCommits Commits => commits;

    /// <summary>This member of the group as it is now; to be asked anew for every transaction.</summary>
    public IConsumerGroupMetadata GroupMetadata => consumer.ConsumerGroupMetadata;

    /// <summary>Joins the group.</summary>
    public void Start()
    {
        health.Begin();
        thread.Start();
    }

    /// <summary>
    /// Goes back (or forward) to the given positions: what was read and not handed out is dropped. Does nothing when the tenure is
    /// over by then.
    /// </summary>
    public Task SeekAsync(Assignment tenure, IReadOnlyList<Position> positions)
    {
        var request = new SeekRequest(tenure, positions, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        seeks.Enqueue(request);
        return Task.WhenAny(request.Done.Task, stopped.Task);
    }

    /// <summary>Stops reading, lets the batch in flight finish within the limit, commits, and leaves the group.</summary>
    public async Task StopAsync(TimeSpan limit, TimeSpan leaveLimit)
    {
        stopLimit = limit;
        await stopping.CancelAsync();
        if (!thread.IsAlive) return;
        // Leaving may hang while the coordinator is away; the group finds out by itself then.
        await Task.WhenAny(stopped.Task, Task.Delay(limit + leaveLimit, shared.Time));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping.Dispose();
        assignment?.Dispose();
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Run()
    {
        try
        {
            consumer.Subscribe(topic);
            while (!stopping.IsCancellationRequested) Step();
            Finish();
        }
#pragma warning disable CA1031 // The thread's last words: whatever it is, the process cannot go on reading.
        catch (Exception fault)
        {
            assignment?.End();
            Fail($"Reading '{topic}' failed.", fault);
        }
#pragma warning restore CA1031
        finally
        {
            health.End();
            if (commits.Stop()) Leave();
            stopped.TrySetResult();
        }
    }

    private void Step()
    {
        health.Tick();
        ThrowIfBroken();
        while (seeks.TryDequeue(out var request)) Seek(request);
        while (held.TryPeek(out var waiting) && buffer.TryAdd(waiting)) held.Dequeue();
        if (paused && held.Count == 0 && buffer.IsHalfEmpty) Resume();

        ConsumeResult<byte[], byte[]>? record;
        try
        {
            record = consumer.Consume(paused ? PollPaused : Poll);
        }
        catch (ConsumeException fault) when (!fault.Error.IsFatal)
        {
            SayOnce(fault.Error);
            stopping.Token.WaitHandle.WaitOne(Poll);
            return;
        }
        if (record is null || record.IsPartitionEOF) return;

        if (assignment is null) return;
        if (held.Count > 0 || !TryAddWithin(record)) Hold(record);
    }

    // A full buffer is normal: the stage is a little slower than the network. Pausing throws away what the client has read ahead,
    // so it is done only when the stage stays behind.
    private bool TryAddWithin(ConsumeResult<byte[], byte[]> record)
    {
        if (buffer.TryAdd(record)) return true;
        var started = shared.Time.GetTimestamp();
        while (shared.Time.GetElapsedTime(started) < waitForRoom && seeks.IsEmpty && !stopping.IsCancellationRequested)
        {
            buffer.WaitForRoom(RoomSlice);
            health.Tick();
            if (buffer.TryAdd(record)) return true;
        }
        return false;
    }

    private void Hold(ConsumeResult<byte[], byte[]> record)
    {
        held.Enqueue(record);
        if (paused) return;
        consumer.Pause(consumer.Assignment);
        paused = true;
        log.Paused();
    }

    private void Resume()
    {
        consumer.Resume(consumer.Assignment);
        paused = false;
        log.Resumed();
    }

    private void Seek(SeekRequest request)
    {
        if (request.Tenure == assignment && !assignment.Closing.IsCancellationRequested)
        {
            buffer.Clear();
            held.Clear();
            foreach (var position in request.Positions)
            {
                log.Rewound(position);
                SeekOne(new TopicPartitionOffset(topic, position.Partition, position.Offset));
            }
        }
        request.Done.TrySetResult();
    }

    private void SeekOne(TopicPartitionOffset target)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                consumer.Seek(target);
                return;
            }
            catch (KafkaException notYet) when (notYet.Error.Code is ErrorCode.Local_State or ErrorCode.Local_TimedOut or ErrorCode.Local_InProgress && attempt < 100)
            {
                // A partition that has just been assigned is not being fetched yet.
                stopping.Token.WaitHandle.WaitOne(RoomSlice);
                health.Tick();
            }
        }
    }

    private List<TopicPartitionOffset> OnAssigned(List<TopicPartition> partitions)
    {
        var start = partitions.ConvertAll(partition => new TopicPartitionOffset(partition, Offset.Unset));
        try
        {
            // Pauses do not survive a rebalance.
            paused = false;
            held.Clear();
            var tenure = new Assignment(topic, partitions.ConvertAll(partition => partition.Partition.Value));
            var unmirrored = (IReadOnlyList<Position>)[];
            if (own is not null && partitions.Count > 0) (start, unmirrored) = LoadStart(own, tenure);
            assignment = tenure;
            buffer.Begin(tenure);
            commits.Begin(tenure);
            commits.Offer(tenure, unmirrored);
            health.Assigned(tenure.Tenure);
            log.Assigned(partitions.Count, topic, string.Join(",", tenure.Partitions));
        }
#pragma warning disable CA1031 // Thrown from here it would unassign everything and lose the polled record; told outside instead.
        catch (Exception fault)
        {
            callbackFault ??= fault;
        }
#pragma warning restore CA1031
        return start;
    }

    private (List<TopicPartitionOffset> Start, IReadOnlyList<Position> Unmirrored) LoadStart(IOwnPositions positions, Assignment tenure)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var start = OwnStart.FindAsync(positions, consumer, tenure, log, stopping.Token).GetAwaiter().GetResult();
                foreach (var position in start.Stored) tenure.StartAt(position.Partition, position.Offset);
                var stored = start.Stored.ToDictionary(position => position.Partition, position => position.Offset);
                // Nothing stored means that nothing has taken effect, whatever the group has committed.
                return ([.. tenure.Partitions.Select(partition =>
                    new TopicPartitionOffset(topic, partition, stored.TryGetValue(partition, out var offset) ? offset : Offset.Beginning))], start.Unmirrored);
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested && (Transient.Is(fault) || fault is OperationCanceledException or KafkaException { Error.IsFatal: false }))
            {
                var wait = Backoff.After(attempt);
                log.Transient(0, attempt, wait.TotalSeconds, Log.Describe(fault));
                health.Tick();
                stopping.Token.WaitHandle.WaitOne(wait);
                stopping.Token.ThrowIfCancellationRequested();
            }
        }
    }

    private void OnGone(List<TopicPartitionOffset> partitions, bool lost)
    {
        try
        {
            if (assignment is null) return;
            if (lost) log.Lost(partitions.Count, topic);
            else log.Revoked(partitions.Count, topic);
            End(lost ? TimeSpan.Zero : rebalanceDrain, log.DrainTimedOut);
        }
#pragma warning disable CA1031 // As in OnAssigned.
        catch (Exception fault)
        {
            callbackFault ??= fault;
        }
#pragma warning restore CA1031
    }

    /// <summary>Ends the tenure: drops what is not begun, gives what is begun a moment to finish and be committed, cancels the rest.</summary>
    private void End(TimeSpan drain, Action<double> sayTimedOut)
    {
        if (assignment is not { } tenure) return;
        var started = shared.Time.GetTimestamp();
        var idle = tenure.Close();
        buffer.Clear();
        held.Clear();
        paused = false;
        if (drain > TimeSpan.Zero)
        {
            if (!idle.Wait(drain)) sayTimedOut(drain.TotalSeconds);
            var left = drain - shared.Time.GetElapsedTime(started);
            commits.Drain(left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
        }
        tenure.End();
        commits.Begin(null);
        assignment = null;
        health.Unassigned();
    }

    private void Finish()
    {
        var started = shared.Time.GetTimestamp();
        End(stopLimit, log.Abandoned);
        log.Stopped(topic, shared.Time.GetElapsedTime(started).TotalSeconds);
    }

    private void Leave()
    {
        try
        {
            consumer.Close();
        }
        catch (KafkaException fault)
        {
            SayOnce(fault.Error);
        }
        finally
        {
            consumer.Dispose();
        }
    }

    private void OnError(Error error)
    {
        if (error.IsFatal) Volatile.Write(ref fatal, error);
        shared.Producer.Guarded("error", () => log.ClientError("consumer", error.Code, error.Reason));
    }

    private void ThrowIfBroken()
    {
        if (callbackFault is { } fault) throw new InvalidOperationException("A rebalance could not be handled.", fault);
        if (commits.Fault is { } broken) throw new InvalidOperationException("Positions cannot be committed.", broken);
        if (Volatile.Read(ref fatal) is { } error) throw new KafkaException(error);
    }

    private void Fail(string what, Exception fault) => shared.Failure.Fail(what, fault);

    // A broker that is away is told of once in a while, not ten times a second.
    private void SayOnce(Error error)
    {
        if (said.TryGetValue(error.Code, out var at) && shared.Time.GetElapsedTime(at) < SayAgainAfter) return;
        said[error.Code] = shared.Time.GetTimestamp();
        log.ConsumeError(error.Code, error.Reason);
    }

    private sealed record SeekRequest(Assignment Tenure, IReadOnlyList<Position> Positions, TaskCompletionSource Done);
}
