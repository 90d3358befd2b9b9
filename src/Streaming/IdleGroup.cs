using System.Globalization;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>
/// A group that nobody reads with, for as long as its offsets are moved. Where the brokers tell a group's state, offsets are committed
/// without joining it, as Kafka's own tool does; a broker refuses that as soon as the group has a member.
/// </summary>
/// <remarks>
/// The in-process broker tells no states and takes commits of members only. There the group is joined: whoever gets every partition of
/// its topics is alone with them, and is a member that may commit. A service that reads with the group sees a rebalance and goes on.
/// What cannot be seen there is a member that holds no partition, because there are more members than partitions.
/// </remarks>
public sealed class IdleGroup : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestJoin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(30);

    private readonly string group;
    private readonly IConsumer<byte[], byte[]> consumer;
    private readonly bool joined;

    private IdleGroup(string group, IConsumer<byte[], byte[]> consumer, bool joined)
    {
        this.group = group;
        this.consumer = consumer;
        this.joined = joined;
    }

    /// <summary>Makes sure that nobody reads with the group.</summary>
    /// <param name="options">Where Kafka is.</param>
    /// <param name="service">The name that the brokers see.</param>
    /// <param name="group">Consumer group.</param>
    /// <param name="topics">The topics whose offsets are to be moved.</param>
    /// <param name="limit">How long one question to the brokers may take.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="GroupActiveException">Somebody does.</exception>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    public static async Task<IdleGroup> TakeAsync(
        KafkaOptions options, ServiceName service, string group, IReadOnlyList<string> topics, TimeSpan limit, CancellationToken cancellation)
    {
        var state = await new GroupActivity(options, service).AskAsync(group, limit, cancellation);
        if (state is { IsActive: true }) throw new GroupActiveException(group, state.Name);
        var config = KafkaConfig.Observer(options, service.Value, group);
        // As long as the services': the in-process broker waits for a member that has stopped by the session of the newest one, and a
        // shorter one than the stopped member's leaves the group in a rebalance that never ends.
        if (state is null) config["session.timeout.ms"] = ((long)options.SessionTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var assigned = new HashSet<TopicPartition>();
        var consumer = new ConsumerBuilder<byte[], byte[]>(config)
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            // At the end, where there is nothing to fetch: records are not what it joins for.
            .SetPartitionsAssignedHandler((_, given) =>
            {
                assigned.UnionWith(given);
                return given.Select(one => new TopicPartitionOffset(one, Offset.End));
            })
            .SetPartitionsRevokedHandler((_, _) => assigned.Clear())
            .Build();
        var idle = new IdleGroup(group, consumer, state is null);
        if (!idle.joined) return idle;
        try
        {
            await Task.Run(() => idle.Join(options, service, topics, assigned, limit, cancellation), cancellation);
            return idle;
        }
        catch (Exception)
        {
            await idle.DisposeAsync();
            throw;
        }
    }

    /// <summary>Commits where the group is to go on.</summary>
    /// <exception cref="GroupActiveException">Somebody has begun to read with the group. Nothing was committed.</exception>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer. Whether it was committed is not known.</exception>
    public async Task CommitAsync(IReadOnlyList<Position> positions, CancellationToken cancellation)
    {
        if (positions.Count == 0) return;
        var offsets = positions.Select(position => new TopicPartitionOffset(position.Topic, position.Partition, position.Offset)).ToList();
        try
        {
            await Task.Run(() => consumer.Commit(offsets), cancellation).WaitAsync(CommitLimit, cancellation);
        }
        catch (KafkaException refused) when (refused.Error.Code is ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration or ErrorCode.RebalanceInProgress)
        {
            throw new GroupActiveException(group, "Stable");
        }
        catch (Exception fault) when (fault is KafkaException or TimeoutException)
        {
            throw new KafkaUnavailableException($"Kafka did not take the offsets of '{group}': {(fault as KafkaException)?.Error.Reason ?? "no answer in time"}", fault);
        }
    }

    /// <summary>Leaves the group, where it was joined.</summary>
    public async ValueTask DisposeAsync() => await Task.Run(() =>
    {
        try
        {
            if (joined) consumer.Close();
        }
        catch (KafkaException)
        {
            // A member that cannot say goodbye is forgotten after its session.
        }
        finally
        {
            consumer.Dispose();
        }
    });

    private void Join(KafkaOptions options, ServiceName service, IReadOnlyList<string> topics, HashSet<TopicPartition> assigned, TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            var wanted = topics.SelectMany(topic => TopicPartitions.Of(options, service, topic, limit)).ToHashSet();
            consumer.Subscribe(topics);
            var started = TimeProvider.System.GetTimestamp();
            while (assigned.Count == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                // A rebalance there takes as long as the longest session. A crowd has left no partition for this member, or the brokers are slow; nothing is moved in either case.
                if (TimeProvider.System.GetElapsedTime(started) > LongestJoin) throw new KafkaUnavailableException($"'{group}' could not be joined within {LongestJoin.TotalSeconds} s, so nobody knows whether somebody reads with it.");
                consumer.Consume(Poll);
            }
            if (!assigned.SetEquals(wanted)) throw new GroupActiveException(group, "Stable");
        }
        catch (KafkaException fault)
        {
            throw new KafkaUnavailableException($"'{group}' could not be joined: {fault.Error.Reason}", fault);
        }
    }
}
