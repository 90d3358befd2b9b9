using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>
/// The producer of one loop with <see cref="KafkaOptions.Transactions"/>: what a batch writes and the positions it stands for become
/// visible together, to readers with <c>isolation.level=read_committed</c>. One producer a consumer is enough, because the group's
/// metadata go along and a member that was thrown out is refused (KIP-447).
/// </summary>
/// <remarks>
/// librdkafka cannot tell an answer to this transaction from a late one to the last (it lacks KIP-890), so after a commit or an abort
/// that took as long as a request may take the handle is made anew: its new epoch fences whatever is still on its way.
/// Not safe for several threads.
/// </remarks>
internal sealed class TransactionalProducer : IRecordWriter, IDisposable
{
    // The default minute would hold up every read_committed reader for that long after a crash.
    private const string TransactionTimeout = "15000";
    private const string SocketTimeout = "10000";
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, string> config;
    private readonly string group;
    private readonly LoopServices shared;
    private readonly ILogger log;
    private readonly TimeSpan slow;
    private IProducer<byte[], byte[]>? producer;
    private bool open;

    /// <summary>Prepares the handle; <see cref="Connect"/> makes it.</summary>
    public TransactionalProducer(string group, LoopServices shared, ILogger log)
    {
        this.group = group;
        this.shared = shared;
        this.log = log;
        config = ConfigOf(shared.Options, shared.Service.Value, group);
        slow = TimeSpan.FromMilliseconds(int.Parse(config["socket.timeout.ms"], CultureInfo.InvariantCulture));
        MaxRecordBytes = int.Parse(config["message.max.bytes"], CultureInfo.InvariantCulture) - DeadLetters.Reserve;
    }

    /// <inheritdoc/>
    public int MaxRecordBytes { get; }

    /// <inheritdoc/>
    public bool WritesAllOrNothing => true;

    /// <summary>Makes the handle and fences whoever had its id before. Waits until Kafka answers.</summary>
    /// <exception cref="KafkaException">Kafka refuses for good.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public void Connect(CancellationToken cancellation)
    {
        producer?.Dispose();
        open = false;
        producer = new ProducerBuilder<byte[], byte[]>(config)
            .SetErrorHandler((_, error) => shared.Producer.Guarded("error", () => log.ClientError("transactional producer", error.Code, error.Reason)))
            .SetLogHandler((_, message) => shared.Producer.Guarded("log", () => log.Client(message)))
            .Build();
        Retry(() => producer.InitTransactions(RequestLimit), cancellation);
    }

    /// <inheritdoc/>
    /// <remarks>The first record of a batch begins its transaction, so that the stage's own work, which may wait for hours, is not inside.</remarks>
    public bool TryProduce(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> report)
    {
        Begin();
        return IRecordWriter.TryProduce(producer!, topic, message, report);
    }

    /// <summary>Makes what was written since the last commit visible, together with the positions.</summary>
    /// <param name="next">Where the group goes on.</param>
    /// <param name="member">The member's metadata, asked for now and not earlier.</param>
    /// <param name="cancellation">Gives up trying again.</param>
    /// <exception cref="KafkaTxnRequiresAbortException">It has to be aborted, and the batch repeated.</exception>
    /// <exception cref="KafkaException">The handle has failed for good, for example because it was fenced.</exception>
    public void Commit(IReadOnlyList<Position> next, IConsumerGroupMetadata member, CancellationToken cancellation)
    {
        // Offsets that are unset are passed over without a word, and an empty list is taken for success.
        if (next.Count == 0) throw new ArgumentException("A transaction without positions would be repeated for ever.", nameof(next));
        Begin();
        List<TopicPartitionOffset> offsets = [.. next.Select(position => new TopicPartitionOffset(position.Topic, position.Partition, position.Offset))];
        Retry(() => producer!.SendOffsetsToTransaction(offsets, member, RequestLimit), cancellation);
        Finish("commit", producer!.CommitTransaction, cancellation);
    }

    /// <summary>Takes back what was written since the last commit; does nothing when that is nothing.</summary>
    /// <exception cref="KafkaException">The handle has failed for good.</exception>
    public void Abort(CancellationToken cancellation)
    {
        if (open) Finish("abort", producer!.AbortTransaction, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => producer?.Dispose();

    private static Dictionary<string, string> ConfigOf(KafkaOptions options, string service, string group)
    {
        var config = KafkaConfig.Producer(options, service);
        // A copy with a name of its own fences its predecessor at once. Without one nobody may share the id, and a crash holds readers up
        // for the transaction's time limit.
        config["transactional.id"] = $"{group}-{(string.IsNullOrEmpty(options.InstanceId) ? Guid.NewGuid().ToString("n") : options.InstanceId)}";
        config.TryAdd("transaction.timeout.ms", TransactionTimeout);
        config.TryAdd("socket.timeout.ms", SocketTimeout);
        // A record may not outlive its transaction; when it is given up the whole batch is repeated.
        config.Remove("message.timeout.ms");
        return config;
    }

    private void Begin()
    {
        if (open) return;
        producer!.BeginTransaction();
        open = true;
    }

    // Without a time limit: with one, the client and its caller may disagree about what happened.
    private void Finish(string how, Action finish, CancellationToken cancellation)
    {
        var begun = shared.Time.GetTimestamp();
        Retry(finish, cancellation);
        open = false;
        shared.Metrics.Transaction(group, how);
        var took = shared.Time.GetElapsedTime(begun);
        if (took < slow) return;
        log.SlowTransaction(how, took.TotalSeconds);
        shared.Metrics.Transaction(group, "recreate");
        Connect(cancellation);
    }

    private void Retry(Action request, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                request();
                return;
            }
            catch (KafkaRetriableException again)
            {
                log.ClientError("transactional producer", again.Error.Code, again.Error.Reason);
                cancellation.WaitHandle.WaitOne(RetryAfter);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }
}
