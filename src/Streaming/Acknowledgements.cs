using System.Collections.Concurrent;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Counts the acknowledgements of a known number of records. Reports may come from any thread.</summary>
internal sealed class Acknowledgements
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int missing;
    private Error? firstError;
    private ConcurrentQueue<int>? tooLarge;

    /// <param name="expected">How many reports will come.</param>
    public Acknowledgements(int expected)
    {
        missing = expected;
        if (expected == 0) done.SetResult();
    }

    /// <summary>Completes when every record has been reported; fails with <see cref="DeliveryFailedException"/> when one was refused.</summary>
    public Task Completion => done.Task;

    /// <summary>One record is settled.</summary>
    public void Report(Error error, int index)
    {
        if (error.IsError)
        {
            Interlocked.CompareExchange(ref firstError, error, null);
            if (error.Code == ErrorCode.MsgSizeTooLarge)
            {
                Interlocked.CompareExchange(ref tooLarge, new ConcurrentQueue<int>(), null);
                tooLarge.Enqueue(index);
            }
        }
        if (Interlocked.Decrement(ref missing) > 0) return;
        if (Volatile.Read(ref firstError) is { } refused)
            done.TrySetException(new DeliveryFailedException($"{refused.Code}, {refused.Reason}", [.. tooLarge ?? []]));
        else
            done.TrySetResult();
    }
}
