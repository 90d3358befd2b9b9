using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>
/// The one producer handle of a process, shared by the loop and <see cref="RecordProducer"/>. Hands records over without waiting;
/// retrying is librdkafka's business, without a time limit, so an acknowledgement either comes or the process ends.
/// </summary>
public sealed class KafkaProducer : IRecordWriter, IDisposable
{
    // A broker takes 1 048 588 bytes by default (its message.max.bytes).
    internal const int DefaultMessageMaxBytes = 1_000_000 + DeadLetters.Reserve;

    private readonly IProducer<byte[], byte[]> producer;
    private readonly ILogger log;
    private readonly ProcessFailure failure;
    private readonly StreamingMetrics metrics;

    /// <summary>Makes the handle; connects in the background.</summary>
    public KafkaProducer(KafkaOptions options, ServiceName service, ILoggerFactory loggers, ProcessFailure failure, StreamingMetrics metrics)
    {
        log = loggers.CreateLogger(service.Value);
        this.failure = failure;
        this.metrics = metrics;
        var config = KafkaConfig.Producer(options, service.Value);
        MaxRecordBytes = int.Parse(config["message.max.bytes"], CultureInfo.InvariantCulture) - DeadLetters.Reserve;
        producer = new ProducerBuilder<byte[], byte[]>(config)
            .SetErrorHandler((_, error) => Guarded("error", () => OnError(error)))
            .SetLogHandler((_, message) => Guarded("log", () => log.Client(message)))
            .SetStatisticsHandler((_, _) => { })
            .Build();
    }

    /// <inheritdoc/>
    public int MaxRecordBytes { get; }

    /// <inheritdoc/>
    public bool WritesAllOrNothing => false;

    /// <inheritdoc/>
    public bool TryProduce(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> report) =>
        IRecordWriter.TryProduce(producer, topic, message, report);

    /// <summary>Runs what librdkafka calls: an exception that left a callback would lose records without a word.</summary>
    internal void Guarded(string callback, Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // The caller is native code; nothing may pass.
        catch (Exception fault)
        {
            metrics.CallbackFailed(callback, fault);
        }
#pragma warning restore CA1031
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // What nobody waited for any more still gets a moment: background work may have just handed it over.
        try
        {
            producer.Flush(TimeSpan.FromSeconds(1));
        }
        catch (KafkaException)
        {
            // A handle that has failed cannot flush, and has said so already.
        }
        producer.Dispose();
    }

    private void OnError(Error error)
    {
        if (error.IsFatal) failure.Fail($"The Kafka producer has failed for good: {error.Reason}");
        else log.ClientError("producer", error.Code, error.Reason);
    }
}
