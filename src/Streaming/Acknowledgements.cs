using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Counts the acknowledgements of a known number of records. Reports may come from any thread.</summary>
internal sealed class Acknowledgements
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int missing;
    private Error? firstError;

    /// <param name="expected">How many reports will come.</param>
    public Acknowledgements(int expected)
    {
        missing = expected;
        if (expected == 0) done.SetResult();
    }

    /// <summary>Completes when every record has been reported; fails with <see cref="DeliveryFailedException"/> when one was refused.</summary>
    public Task Completion => done.Task;

    /// <summary>One record is settled.</summary>
    public void Report(Error error)
    {
        if (error.IsError) Interlocked.CompareExchange(ref firstError, error, null);
        if (Interlocked.Decrement(ref missing) > 0) return;
        if (Volatile.Read(ref firstError) is { } refused)
            done.TrySetException(new DeliveryFailedException($"Kafka refused a record: {refused.Code}, {refused.Reason}"));
        else
            done.TrySetResult();
    }
}
