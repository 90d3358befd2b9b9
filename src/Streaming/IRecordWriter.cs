using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Where a batch's records are handed over: the process's producer, or one with transactions.</summary>
internal interface IRecordWriter
{
    /// <summary>The largest record, headers included, that a stage or the Ingestor may write, in bytes; dead letters may be a little larger.</summary>
    int MaxRecordBytes { get; }

    /// <summary>True when a record that is refused takes back everything that was written with it.</summary>
    bool WritesAllOrNothing { get; }

    /// <summary>
    /// Hands one record over; <paramref name="report"/> is called once, on librdkafka's thread, when it is acknowledged or has failed
    /// for good. Records of one partition are written in the order of the calls.
    /// </summary>
    /// <returns>False when the queue is full: wait and call again.</returns>
    /// <exception cref="RecordTooLargeException">The record is larger than <c>message.max.bytes</c>.</exception>
    /// <exception cref="KafkaException">The handle has failed for good.</exception>
    bool TryProduce(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> report);

    /// <summary>Hands over to a handle.</summary>
    protected static bool TryProduce(IProducer<byte[], byte[]> producer, string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> report)
    {
        try
        {
            producer.Produce(topic, message, report);
            return true;
        }
        catch (ProduceException<byte[], byte[]> refused) when (refused.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (ProduceException<byte[], byte[]> refused) when (refused.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            throw new RecordTooLargeException($"A record for '{topic}' is larger than message.max.bytes.");
        }
    }
}
