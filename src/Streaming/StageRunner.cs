using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>What became of one input, and, where it is a reject, after how many attempts.</summary>
internal readonly record struct Verdict(Outcome Outcome, int Attempts, DateTimeOffset FirstFailureAt, string? ExceptionType);

/// <summary>
/// Takes a batch through a stage for as long as it takes. The one place that tries again: what passes by itself is waited for; a bug
/// gets a few attempts, then the batch is halved until the record that causes it stands alone.
/// </summary>
/// <param name="stage">The stage.</param>
/// <param name="setAsideAsync">
/// For a stage that <see cref="IOwnPositions"/>: makes a dead letter durable before the stage stores a position behind it. Null for
/// other stages, whose dead letters travel with the batch's outputs.
/// </param>
internal sealed class StageRunner<TIn>(
    IStage<TIn> stage, string group, Func<Input<TIn>, Verdict, CancellationToken, Task>? setAsideAsync, ILogger log, StreamingMetrics metrics, TimeProvider time)
{
    private const int AttemptsOfBatch = 3;
    private const int AttemptsOfOne = 2;
    private static readonly TimeSpan BugWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs the batch.</summary>
    /// <returns>One verdict for each input, in order.</returns>
    /// <exception cref="PositionConflictException">The stage's stored positions are not the expected ones.</exception>
    /// <exception cref="OperationCanceledException">The tenure is closing and the batch had to wait, or has ended.</exception>
    public async Task<IReadOnlyList<Verdict>> RunAsync(Batch<TIn> batch, Assignment assignment)
    {
        var verdicts = new Dictionary<Input<TIn>, Verdict>(batch.Inputs.Count, ReferenceEqualityComparer.Instance);
        // The first call is the one that nearly always succeeds; it takes the outcomes as they are.
        await RunPartAsync(new Part(batch, AttemptsOfBatch, Before: 0, FirstFailureAt: null), assignment, verdicts);
        return [.. batch.Inputs.Select(input => verdicts[input])];
    }

    private async Task RunPartAsync(Part part, Assignment assignment, Dictionary<Input<TIn>, Verdict> verdicts)
    {
        var batch = part.Batch;
        var waits = 0;
        var bugs = 0;
        var firstFailure = part.FirstFailureAt;
        while (true)
        {
            Exception fault;
            try
            {
                var outcomes = await stage.RunAsync(batch, assignment.Ended);
                if (outcomes.Count != batch.Inputs.Count) throw new WrongOutcomesException(batch.Inputs.Count, outcomes.Count);
                var left = await SettleAsync(batch, outcomes, assignment, verdicts);
                if (left is null) return;
                batch = left;
                continue;
            }
            catch (PositionConflictException)
            {
                throw;
            }
            catch (OperationCanceledException) when (assignment.Ended.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // Which faults a stage can throw is not known here; each is either waited for or isolated.
            catch (Exception thrown)
            {
                fault = thrown;
            }
#pragma warning restore CA1031

            firstFailure ??= time.GetUtcNow();
            // An HTTP client reports its own time limit as a cancellation.
            if (Transient.Is(fault) || fault is OperationCanceledException)
            {
                await WaitAsync(batch.Inputs.Count, ++waits, fault, assignment);
                continue;
            }

            bugs++;
            // Said when it is first met and when it has been pinned down; the steps between say nothing new.
            if (part.Before + bugs == 1 || (batch.Inputs.Count == 1 && bugs == part.Attempts)) log.Bug(batch.Inputs.Count, part.Before + bugs, Log.DescribeBug(fault));
            else log.Halving(batch.Inputs.Count, part.Before + bugs);
            metrics.Retried(group, "bug");
            if (batch.Inputs.Count == 0)
            {
                // Nothing to blame but the stage itself; there is no way past it.
                await Task.Delay(Backoff.After(bugs), time, assignment.Closing);
                continue;
            }
            if (bugs < part.Attempts)
            {
                await Task.Delay(BugWait * bugs, time, assignment.Closing);
                continue;
            }
            if (batch.Inputs.Count == 1)
            {
                var left = await IsolateAsync(batch, fault, part.Before + bugs, firstFailure.Value, assignment, verdicts);
                if (left is null) return;
                batch = left;
                bugs = 0;
                continue;
            }

            var (first, second) = BatchHalves.Of(batch);
            foreach (var half in new[] { first, second })
            {
                var attempts = half.Inputs.Count == 1 ? AttemptsOfOne : 1;
                await RunPartAsync(new Part(half, attempts, part.Before + bugs, firstFailure), assignment, verdicts);
            }
            return;
        }
    }

    /// <summary>Writes down the outcomes.</summary>
    /// <returns>
    /// Null when the batch is done. A stage with own positions has stored nothing of a batch in which it rejects something: the
    /// rejected are set aside durably, and what is left goes through the stage again, so that no stored position ever lies behind a
    /// record that is nowhere.
    /// </returns>
    private async Task<Batch<TIn>?> SettleAsync(Batch<TIn> batch, IReadOnlyList<Outcome> outcomes, Assignment assignment, Dictionary<Input<TIn>, Verdict> verdicts)
    {
        List<Input<TIn>>? left = null;
        for (var i = 0; i < outcomes.Count; i++)
        {
            var input = batch.Inputs[i];
            if (outcomes[i] is not Outcome.Reject)
            {
                verdicts[input] = new Verdict(outcomes[i], 1, default, null);
                left?.Add(input);
                continue;
            }
            var verdict = verdicts[input] = new Verdict(outcomes[i], 1, time.GetUtcNow(), null);
            if (setAsideAsync is null) continue;
            left ??= [.. batch.Inputs.Take(i)];
            await setAsideAsync(input, verdict, assignment.Ended);
        }
        return left is null ? null : batch with { Inputs = left };
    }

    private async Task<Batch<TIn>?> IsolateAsync(
        Batch<TIn> batch, Exception bug, int attempts, DateTimeOffset firstFailure, Assignment assignment, Dictionary<Input<TIn>, Verdict> verdicts)
    {
        var input = batch.Inputs[0];
        var outcome = new Outcome.Reject("bug", $"The stage failed with {bug.GetType().Name}; the service's log at the time of the failure says where.");
        var verdict = verdicts[input] = new Verdict(outcome, attempts, firstFailure, bug.GetType().FullName);
        if (setAsideAsync is null) return null;
        await setAsideAsync(input, verdict, assignment.Ended);
        return batch with { Inputs = [] };
    }

    private async Task WaitAsync(int records, int attempt, Exception fault, Assignment assignment)
    {
        var wait = Backoff.After(attempt);
        log.Transient(records, attempt, wait.TotalSeconds, Log.Describe(fault));
        metrics.Retried(group, "transient");
        await Task.Delay(wait, time, assignment.Closing);
    }

    private sealed record Part(Batch<TIn> Batch, int Attempts, int Before, DateTimeOffset? FirstFailureAt);

    private sealed class WrongOutcomesException(int inputs, int outcomes) : Exception($"The stage answered {outcomes} outcomes for {inputs} inputs.");
}
