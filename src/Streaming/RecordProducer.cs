using System.Diagnostics;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>
/// Writes records outside of the loop: the Ingestor's, and what background work finds out later. Calls take effect in the order in
/// which they were made.
/// </summary>
public sealed class RecordProducer(KafkaProducer producer, BacklogGates gates, StreamingMetrics metrics, TimeProvider time) : IDisposable
{
    private readonly Envelope envelope = new();

    // First come, first served: the order of the calls is the order of the records.
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Writes the records, in their order, and returns when Kafka has acknowledged all of them.</summary>
    /// <param name="records">What to write; none is fine.</param>
    /// <param name="limit">How long it may take in all, the wait for room included.</param>
    /// <param name="cancellation">Gives up waiting; what was handed over stays handed over.</param>
    /// <exception cref="KafkaUnavailableException">Not acknowledged within the limit, or no room. The records may or may not be stored.</exception>
    /// <exception cref="RecordTooLargeException">One of the records is too large; nothing of the call was written.</exception>
    public async Task WriteAsync(IReadOnlyList<Output> records, TimeSpan limit, CancellationToken cancellation)
    {
        if (records.Count == 0) return;
        using var activity = metrics.StartSend(records[0].Topic, records.Count);
        var traceParent = TraceContext.Current();
        var messages = new Message<byte[], byte[]>[records.Count];
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = envelope.Of(records[i], source: null, traceParent);
            if (Envelope.SizeOf(messages[i]) > producer.MaxRecordBytes)
                throw new RecordTooLargeException($"A record for '{records[i].Topic}' takes more than {producer.MaxRecordBytes} bytes (message.max.bytes).");
        }
        await WriteAsync([.. records.Select(record => record.Topic)], messages, limit, cancellation);
    }

    /// <summary>Writes records that exist already, byte by byte; otherwise as <see cref="WriteAsync(IReadOnlyList{Output}, TimeSpan, CancellationToken)"/>.</summary>
    public async Task CopyAsync(IReadOnlyList<RecordCopy> records, TimeSpan limit, CancellationToken cancellation)
    {
        if (records.Count == 0) return;
        var messages = new Message<byte[], byte[]>[records.Count];
        for (var i = 0; i < messages.Length; i++)
        {
            var headers = new Headers();
            foreach (var (name, value) in records[i].Headers) headers.Add(name, value);
            messages[i] = new Message<byte[], byte[]> { Key = records[i].Key!, Value = records[i].Value!, Headers = headers };
        }
        await WriteAsync([.. records.Select(record => record.Topic)], messages, limit, cancellation);
    }

    private async Task WriteAsync(string[] topics, Message<byte[], byte[]>[] messages, TimeSpan limit, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var write = new Acknowledgements(messages.Length);
        if (!await turn.WaitAsync(limit, cancellation))
            throw new KafkaUnavailableException("Other writes did not finish within the limit.");
        try
        {
            if (!await gates.WaitAsync(topics, Left(limit, started), cancellation))
                throw new KafkaUnavailableException("The reader of the topic is too far behind.");
            for (var i = 0; i < messages.Length; i++)
                if (!Hand(topics[i], messages[i], write, i))
                    throw new KafkaUnavailableException("The queue to Kafka is full.");
        }
        finally
        {
            turn.Release();
        }

        try
        {
            await write.Completion.WaitAsync(Left(limit, started), time, cancellation);
        }
        catch (TimeoutException)
        {
            throw new KafkaUnavailableException($"Kafka did not acknowledge within {limit.TotalSeconds:0.###} s.");
        }
        catch (DeliveryFailedException failed)
        {
            throw new KafkaUnavailableException("Kafka refused a record: " + failed.Message, failed);
        }
        metrics.Sent(topics[0], messages.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private bool Hand(string topic, Message<byte[], byte[]> message, Acknowledgements write, int index)
    {
        var gate = gates.Of(topic);
        var delivery = new Delivery(write, gate, gate is null ? 0 : Envelope.SizeOf(message), index);
        delivery.Handed();
        try
        {
            if (producer.TryProduce(topic, message, delivery.Report)) return true;
        }
        catch (KafkaException broken)
        {
            delivery.Withdrawn();
            throw new KafkaUnavailableException($"The Kafka producer does not take records: {broken.Error.Reason}", broken);
        }
        delivery.Withdrawn();
        return false;
    }

    private TimeSpan Left(TimeSpan limit, long started)
    {
        var left = limit - time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
