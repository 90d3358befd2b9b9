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
        var started = time.GetTimestamp();
        using var activity = metrics.StartSend(records[0].Topic, records.Count);
        var traceParent = TraceContext.Current();
        var messages = new Message<byte[], byte[]>[records.Count];
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = envelope.Of(records[i], source: null, traceParent);
            if (Envelope.SizeOf(messages[i]) > producer.MaxRecordBytes)
                throw new RecordTooLargeException($"A record for '{records[i].Topic}' takes more than {producer.MaxRecordBytes} bytes (message.max.bytes).");
        }

        var write = new Acknowledgements(messages.Length);
        if (!await turn.WaitAsync(limit, cancellation))
            throw new KafkaUnavailableException("Other writes did not finish within the limit.");
        try
        {
            if (!await gates.WaitAsync(records, Left(limit, started), cancellation))
                throw new KafkaUnavailableException("The reader of the topic is too far behind.");
            for (var i = 0; i < messages.Length; i++)
                if (!Hand(records[i].Topic, messages[i], write, i))
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
        metrics.Sent(records[0].Topic, records.Count);
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
