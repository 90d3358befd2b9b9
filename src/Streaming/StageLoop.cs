using Google.Protobuf;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>
/// Moves the records of one topic through a stage. Reading, working and acknowledging overlap: while one batch waits for Kafka's
/// acknowledgements the next is worked on, and a third is being read. A batch's positions are committed when all it wrote is
/// acknowledged and every batch before it is committed, so a position never stands behind anything unfinished.
/// </summary>
/// <remarks>
/// Three threads of control: <see cref="RecordSource"/> polls, <see cref="OffsetCommits"/> commits, and the worker below does the rest.
/// </remarks>
public sealed class StageLoop<TIn> : BackgroundService
    where TIn : class, IMessage<TIn>, new()
{
    // The batch that waits for acknowledgements, and the one that is worked on.
    private const int MostInFlight = 2;
    private const int BufferedBatches = 4;
    private const long BufferedBytes = 16 * 1024 * 1024;

    // A commit costs as much as a thousand records, so a transaction takes what comes within a tenth of a second.
    private const int BatchesInTransaction = 3;
    private static readonly TimeSpan TransactionWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan FailedLimit = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(1);

    private readonly InputTopic<TIn> input;
    private readonly string group;
    private readonly LoopServices shared;
    private readonly ILogger log;
    private readonly RecordBuffer buffer;
    private readonly IOwnPositions? own;
    private readonly BatchWork<TIn> work;
    private readonly TransactionalProducer? transactions;
    private readonly Queue<(Taken Batch, Task Settled)> inFlight = new();

    internal StageLoop(InputTopic<TIn> input, IStage<TIn> stage, string group, LoopServices shared)
    {
        this.input = input;
        this.group = group;
        this.shared = shared;
        own = stage as IOwnPositions;
        log = shared.Loggers.CreateLogger(shared.Service.Value);
        Health = new LoopHealth(shared.Time);
        buffer = new RecordBuffer(BufferedBatches * shared.Options.BatchRecords, BufferedBytes, shared.Time);
        // Whoever keeps its positions elsewhere has its effects there too, and nothing to gain.
        if (shared.Options.Transactions && own is null) transactions = new TransactionalProducer(group, shared, log);
        work = new BatchWork<TIn>(input, stage, group, shared, transactions as IRecordWriter ?? shared.Producer, log);
    }

    /// <summary>The partitions that this process holds now; null when it holds none, or is about to learn which.</summary>
    public Tenure? Tenure => Health.Tenure;

    internal LoopHealth Health { get; }

    /// <summary>What has been read and not worked on, for tests of the bound.</summary>
    internal (int Records, long Bytes) Buffered => buffer.Size;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        transactions?.Dispose();
        buffer.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await shared.StartUp.Done.WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            if (transactions is not null) await Task.Run(() => transactions.Connect(stoppingToken), stoppingToken);
            using var source = new RecordSource(input.Name, group, buffer, own, shared, Health, log);
            await RunAsync(source, stoppingToken);
        }
#pragma warning disable CA1031 // Whatever it is, records are not moved any more, and that must end the process.
        catch (Exception fault)
        {
            shared.Failure.Fail($"The loop over '{input.Name}' failed.", fault);
        }
#pragma warning restore CA1031
    }

    private async Task RunAsync(RecordSource source, CancellationToken stopping)
    {
        using var stopWorking = new CancellationTokenSource();
        source.Start();
        log.Started(input.Name, group);
        var working = Task.Run(
            () => transactions is null ? WorkAsync(source, stopWorking.Token) : WorkInTransactionsAsync(source, new(work, transactions, group, shared, log), stopWorking.Token),
            CancellationToken.None);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stopping.Register(asked.SetResult))
            await Task.WhenAny(working, asked.Task);

        // A worker that has failed will not finish anything any more.
        await source.StopAsync(working.IsCompleted ? FailedLimit : StopLimit, LeaveLimit);
        await stopWorking.CancelAsync();
        // A stage that ignores its cancellation is left behind; the process ends without it.
        await Task.WhenAny(working, Task.Delay(LeaveLimit / 2, shared.Time, CancellationToken.None));
        if (working.IsCompleted) await working;
    }

    private async Task WorkAsync(RecordSource source, CancellationToken stop)
    {
        Task<Taken>? next = null;
        try
        {
            while (true)
            {
                next ??= buffer.TakeAsync(shared.Options.BatchRecords, shared.Options.BatchWait, stop);
                if (!next.IsCompleted && inFlight.TryPeek(out var oldest))
                {
                    // With nothing to read, a refused write must still be noticed.
                    await Task.WhenAny(next, oldest.Settled);
                    if (oldest.Settled.IsCompleted)
                    {
                        await SettleOldestAsync(source);
                        continue;
                    }
                }
                var batch = await next;
                next = null;
                if (!batch.Assignment.TryBegin()) continue;
                if (await RunAsync(source, batch) is { } written) inFlight.Enqueue((batch, SettleAsync(source, batch, written, inFlight.LastOrDefault().Settled)));
                while (inFlight.Count >= MostInFlight) await SettleOldestAsync(source);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The service stops; what is in flight was given its time by the source.
        }
    }

    private async Task WorkInTransactionsAsync(RecordSource source, TransactionalBatches<TIn> batches, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var batch = await buffer.TakeAsync(BatchesInTransaction * shared.Options.BatchRecords, TransactionWait, stop);
                if (batch.Assignment.TryBegin()) await batches.RunAsync(source, batch);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // As above.
        }
    }

    /// <summary>Takes a batch through the stage and hands over what it writes.</summary>
    /// <returns>Null when the batch was dropped.</returns>
    private async Task<Written?> RunAsync(RecordSource source, Taken batch)
    {
        try
        {
            return await work.RunAsync(batch);
        }
        catch (OperationCanceledException) when (batch.Assignment.Closing.IsCancellationRequested)
        {
            batch.Assignment.Finish();
            return null;
        }
        catch (PositionConflictException conflict)
        {
            await ReloadAsync(source, batch.Assignment, conflict);
            batch.Assignment.Finish();
            return null;
        }
    }

    /// <summary>Waits for a batch's acknowledgements and lets its positions be committed, after those of the batch before.</summary>
    private async Task SettleAsync(RecordSource source, Taken batch, Written written, Task? previous)
    {
        if (previous is not null) await previous;
        // The finished task would otherwise hold on to the one before, and that to the one before.
        previous = null;
        await written.Acknowledged;
        batch.Assignment.Advance(written.Next);
        source.Commits.Offer(batch.Assignment, written.Next);
        batch.Assignment.Finish();
        foreach (var (topic, records) in written.Records) shared.Metrics.Sent(topic, records);
    }

    private async Task SettleOldestAsync(RecordSource source)
    {
        try
        {
            await inFlight.Peek().Settled;
            inFlight.Dequeue();
        }
        catch (DeliveryFailedException refused)
        {
            await RepeatAsync(source, refused);
        }
    }

    /// <summary>
    /// Kafka refused a write. Everything in flight goes through the stage again, one batch after the other, until it is written:
    /// leaving one out would lose it, and committing a later one would hide it.
    /// </summary>
    private async Task RepeatAsync(RecordSource source, DeliveryFailedException refused)
    {
        var again = new List<Taken>();
        foreach (var (batch, settled) in inFlight)
        {
            await settled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!settled.IsCompletedSuccessfully) again.Add(batch);
        }
        inFlight.Clear();

        var fault = refused;
        foreach (var batch in again)
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    work.Suspect(batch, fault);
                    var wait = Backoff.After(attempt);
                    log.DeliveryFailed(attempt, wait.TotalSeconds, fault.Message);
                    shared.Metrics.Retried(group, "delivery");
                    await Task.Delay(wait, shared.Time, batch.Assignment.Closing);
                    if (await RunAsync(source, batch) is { } written) await SettleAsync(source, batch, written, previous: null);
                    break;
                }
                catch (DeliveryFailedException still)
                {
                    fault = still;
                }
                catch (OperationCanceledException) when (batch.Assignment.Closing.IsCancellationRequested)
                {
                    batch.Assignment.Finish();
                    break;
                }
            }
    }

    /// <summary>Another process has moved the stored positions on: loads them and reads on from there.</summary>
    private async Task ReloadAsync(RecordSource source, Assignment assignment, PositionConflictException conflict)
    {
        log.PositionConflict(conflict.Message);
        shared.Metrics.Conflicted(group);
        var asked = assignment.Partitions.Select(partition => new Position(input.Name, partition, 0)).ToList();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // Also keeps two processes that both believe to own a partition from chasing each other at full speed.
                await Task.Delay(Backoff.After(attempt), shared.Time, assignment.Closing);
                var stored = (await own!.LoadAsync(asked, assignment.Ended)).ToDictionary(position => position.Partition, position => position.Offset);
                var targets = assignment.Partitions
                    .Select(partition => (Partition: partition, Offset: stored.TryGetValue(partition, out var offset) ? offset : assignment.NextOf(partition)))
                    .Where(target => target.Offset is not null)
                    .Select(target => new Position(input.Name, target.Partition, target.Offset!.Value))
                    .ToList();
                assignment.Advance(targets);
                await source.SeekAsync(assignment, targets);
                return;
            }
            catch (OperationCanceledException) when (assignment.Closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (Transient.Is(fault) || fault is OperationCanceledException)
            {
                log.Transient(0, attempt, 0, Log.Describe(fault));
            }
        }
    }
}
