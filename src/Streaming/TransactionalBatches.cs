using Confluent.Kafka;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>Takes batches through a stage, each in a transaction of its own that holds what it wrote and its positions; one at a time.</summary>
internal sealed class TransactionalBatches<TIn>(BatchWork<TIn> work, TransactionalProducer producer, string group, LoopServices shared, ILogger log)
    where TIn : class, IMessage<TIn>, new()
{
    /// <summary>
    /// Works on a batch that has begun until it is committed. What has to be aborted is repeated from the records in memory, so nothing
    /// has to be read again; a batch whose tenure ends is aborted and left to the partitions' next owner.
    /// </summary>
    /// <exception cref="KafkaException">The producer has failed for good, or was fenced: the process must end.</exception>
    public async Task RunAsync(RecordSource source, Taken batch)
    {
        try
        {
            for (var attempt = 1; !await TryAsync(source, batch, attempt); attempt++)
                await Task.Delay(Backoff.After(attempt), shared.Time, batch.Assignment.Closing);
        }
        catch (OperationCanceledException) when (batch.Assignment.Closing.IsCancellationRequested)
        {
            await Task.Run(() => producer.Abort(CancellationToken.None));
        }
        finally
        {
            batch.Assignment.Finish();
        }
    }

    private async Task<bool> TryAsync(RecordSource source, Taken batch, int attempt)
    {
        string why;
        try
        {
            var written = await work.RunAsync(batch);
            await written.Acknowledged.WaitAsync(batch.Assignment.Ended);
            await Task.Run(() => producer.Commit(written.Next, source.GroupMetadata, batch.Assignment.Ended));
            batch.Assignment.Advance(written.Next);
            foreach (var (topic, records) in written.Records) shared.Metrics.Sent(topic, records);
            return true;
        }
        catch (DeliveryFailedException refused)
        {
            work.Suspect(batch, refused);
            why = refused.Message;
        }
        catch (ProduceException<byte[], byte[]> refused) when (!refused.Error.IsFatal)
        {
            // What was refused for good a moment ago is not even taken any more, until the client asks for the topic again.
            why = $"{refused.Error.Code}, {refused.Error.Reason}";
        }
        catch (KafkaTxnRequiresAbortException refused)
        {
            why = $"{refused.Error.Code}, {refused.Error.Reason}";
        }
        log.TransactionAborted(attempt, why);
        shared.Metrics.Retried(group, "transaction");
        await Task.Run(() => producer.Abort(batch.Assignment.Ended));
        return false;
    }
}
