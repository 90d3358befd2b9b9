using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;

namespace Pipeline.Streaming;

/// <summary>What a batch has handed to Kafka.</summary>
/// <param name="Acknowledged">Completes when all of it is durable; fails with <see cref="DeliveryFailedException"/>.</param>
/// <param name="Next">The positions that may be committed then.</param>
/// <param name="Records">How many records went where.</param>
internal sealed record Written(Task Acknowledged, IReadOnlyList<Position> Next, IReadOnlyDictionary<string, int> Records);

/// <summary>
/// The work on one batch: decode, run the stage, write what it decided in the order of the inputs. Knows nothing of reading and
/// committing. Batches are worked on one at a time.
/// </summary>
internal sealed class BatchWork<TIn>
    where TIn : class, IMessage<TIn>, new()
{
    private static readonly TimeSpan QueueFullWait = TimeSpan.FromMilliseconds(10);

    private readonly InputTopic<TIn> input;
    private readonly string group;
    private readonly LoopServices shared;
    private readonly IRecordWriter writer;
    private readonly ILogger log;
    private readonly bool ownPositions;
    private readonly StageRunner<TIn> runner;
    private readonly DeadLetters deadLetters;
    private readonly Envelope envelope = new();

    // Inputs whose records Kafka refused for their size; they are written alone the next time, to tell them from their neighbours.
    private readonly HashSet<Position> suspects = [];

    // Inputs whose records were refused when they were written alone, inside a transaction that could not go on after it.
    private readonly HashSet<Position> condemned = [];
    private Taken? current;

    public BatchWork(InputTopic<TIn> input, IStage<TIn> stage, string group, LoopServices shared, IRecordWriter writer, ILogger log)
    {
        this.input = input;
        this.group = group;
        this.shared = shared;
        this.writer = writer;
        this.log = log;
        ownPositions = stage is IOwnPositions;
        runner = new StageRunner<TIn>(stage, group, ownPositions ? SetAsideAsync : null, log, shared.Metrics, shared.Time);
        deadLetters = new DeadLetters(shared.Service.Value, shared.Options.InstanceId ?? shared.Options.ClientId ?? shared.Service.Value, stage.GetType().FullName!);
    }

    /// <summary>Remembers which inputs of a batch may be too large for Kafka.</summary>
    public void Suspect(Taken batch, DeliveryFailedException refused)
    {
        foreach (var index in refused.TooLarge)
            if (index < batch.Records.Count)
                suspects.Add(PositionOf(batch.Records[index]));
    }

    /// <summary>Takes a batch through the stage and hands over what follows from it.</summary>
    public async Task<Written> RunAsync(Taken taken)
    {
        current = taken;
        var writes = new List<Write>(taken.Records.Count);
        var (batch, sources) = await DecodeAsync(taken, writes);
        shared.Metrics.Consumed(input.Name, group, taken.Records.Count);

        if (batch.Inputs.Count > 0 || ownPositions)
        {
            using var activity = shared.Metrics.StartBatch(input.Name, group, batch.Inputs);
            var started = shared.Time.GetTimestamp();
            var verdicts = await runner.RunAsync(batch, taken.Assignment);
            shared.Metrics.Processed(group, shared.Time.GetElapsedTime(started));
            Collect(taken, batch, sources, verdicts, writes);
        }
        if (condemned.Count > 0) writes = SetAsideCondemned(taken, writes);
        if (suspects.Count > 0) writes = await WriteSuspectsAsync(taken, writes);
        return new Written(await WriteAsync(writes, taken.Assignment), batch.Next, CountOf(writes));
    }

    private static Position PositionOf(ConsumeResult<byte[], byte[]> record) => new(record.Topic, record.Partition.Value, record.Offset.Value);

    private static string? TextOf(ConsumeResult<byte[], byte[]> record, string header) =>
        record.Message.Headers.TryGetLastBytes(header, out var bytes) && bytes is not null ? Encoding.UTF8.GetString(bytes) : null;

    private static Dictionary<string, int> CountOf(List<Write> writes)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var write in writes) counts[write.Topic] = counts.GetValueOrDefault(write.Topic) + 1;
        return counts;
    }

    /// <summary>Decodes what can be decoded; the rest becomes dead letters.</summary>
    /// <returns>The batch, and for each of its inputs the index of its record.</returns>
    private async Task<(Batch<TIn> Batch, List<int> Sources)> DecodeAsync(Taken taken, List<Write> writes)
    {
        var inputs = new List<Input<TIn>>(taken.Records.Count);
        var sources = new List<int>(taken.Records.Count);
        var next = new Dictionary<int, long>();
        for (var i = 0; i < taken.Records.Count; i++)
        {
            var record = taken.Records[i];
            taken.Assignment.StartAt(record.Partition.Value, record.Offset.Value);
            next[record.Partition.Value] = record.Offset.Value + 1;
            try
            {
                inputs.Add(InputOf(record));
                sources.Add(i);
            }
            catch (UndecodableRecordException broken)
            {
                var why = new Rejection(DeadLetters.Decode, broken.Reason, broken.Message, TextOf(record, HeaderNames.EventId) ?? "", typeof(UndecodableRecordException).FullName, 1, shared.Time.GetUtcNow());
                var letter = DeadLetter(record, i, why);
                if (ownPositions) await WriteNowAsync(letter, taken.Assignment.Ended);
                else writes.Add(letter);
            }
        }
        return (new Batch<TIn>(inputs, [.. next.Select(one => new Position(input.Name, one.Key, one.Value))]) { Tenure = taken.Assignment.Tenure }, sources);
    }

    private Input<TIn> InputOf(ConsumeResult<byte[], byte[]> record)
    {
        var message = record.Message;
        var value = input.Decode(message.Value);
        var trace = TextOf(record, HeaderNames.TraceParent);
        return new Input<TIn>(
            value,
            message.Key is null ? "" : Encoding.UTF8.GetString(message.Key),
            PositionOf(record),
            DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, message.Timestamp.UnixTimestampMs)),
            TraceContext.IsValid(trace) ? trace : null)
        {
            IsCacheOnly = TextOf(record, HeaderNames.ReplayResolve) == HeaderNames.CacheOnly,
        };
    }

    private void Collect(Taken taken, Batch<TIn> batch, List<int> sources, IReadOnlyList<Verdict> verdicts, List<Write> writes)
    {
        Dictionary<string, int>? skipped = null;
        for (var i = 0; i < verdicts.Count; i++)
        {
            var verdict = verdicts[i];
            switch (verdict.Outcome)
            {
                case Outcome.Emit { Records.Count: 0 }:
                    break;
                case Outcome.Emit when ownPositions:
                    throw new InvalidOperationException("A stage that owns its positions cannot write records: they could be lost between its effect and their acknowledgement.");
                case Outcome.Emit emit:
                    if (!TryCollect(emit.Records, batch.Inputs[i], sources[i], writes))
                        writes.Add(DeadLetter(taken.Records[sources[i]], sources[i], TooLarge(verdict)));
                    break;
                case Outcome.Skip skip:
                    skipped ??= new(StringComparer.Ordinal);
                    skipped[skip.Reason] = skipped.GetValueOrDefault(skip.Reason) + 1;
                    break;
                case Outcome.Reject reject when !ownPositions:
                    _ = TryCollect(reject.Records, batch.Inputs[i], sources[i], writes);
                    writes.Add(DeadLetter(taken.Records[sources[i]], sources[i], RejectionOf(reject, verdict)));
                    break;
            }
        }
        foreach (var (reason, records) in skipped ?? []) shared.Metrics.Skipped(group, reason, records);
    }

    /// <returns>False when one of the records is too large; none is collected then.</returns>
    private bool TryCollect(IReadOnlyList<Output> records, Input<TIn> from, int index, List<Write> writes)
    {
        var first = writes.Count;
        var trace = from.TraceParent ?? TraceContext.Current();
        foreach (var output in records)
        {
            var message = envelope.Of(output, from.Position, trace);
            var bytes = Envelope.SizeOf(message);
            if (bytes > writer.MaxRecordBytes)
            {
                writes.RemoveRange(first, writes.Count - first);
                return false;
            }
            writes.Add(new Write(output.Topic, message, bytes, index));
        }
        return true;
    }

    private Rejection TooLarge(Verdict verdict) => new(
        shared.Service.Value, "too_large", "What follows from the record is larger than Kafka takes.", "", null, verdict.Attempts, shared.Time.GetUtcNow());

    private Rejection RejectionOf(Outcome.Reject reject, Verdict verdict) => new(
        shared.Service.Value, reject.Reason, reject.Detail, reject.EventId, verdict.ExceptionType, verdict.Attempts, verdict.FirstFailureAt);

    private Write DeadLetter(ConsumeResult<byte[], byte[]> record, int index, Rejection why)
    {
        log.SetAside(PositionOf(record), why.Reason);
        shared.Metrics.Rejected(group, why.Reason);
        return new Write(input.DeadLetters, deadLetters.Of(record, why), 0, index);
    }

    private Task SetAsideAsync(Input<TIn> rejected, Verdict verdict, CancellationToken cancellation)
    {
        var records = current!.Records;
        var index = 0;
        while (PositionOf(records[index]) != rejected.Position) index++;
        return WriteNowAsync(DeadLetter(records[index], index, RejectionOf((Outcome.Reject)verdict.Outcome, verdict)), cancellation);
    }

    /// <summary>Hands the writes over in their order.</summary>
    /// <returns>Completes when all are acknowledged.</returns>
    private async Task<Task> WriteAsync(List<Write> writes, Assignment assignment)
    {
        // Nothing has been handed over yet, so a tenure that ends here leaves no trace.
        foreach (var gate in GatesOf(writes)) await gate.WaitAsync(Timeout.InfiniteTimeSpan, assignment.Closing);
        var acknowledgements = new Acknowledgements(writes.Count);
        foreach (var write in writes)
            while (!TryHand(write, acknowledgements))
                await Task.Delay(QueueFullWait, shared.Time, assignment.Ended);
        return acknowledgements.Completion;
    }

    private List<BacklogGate> GatesOf(List<Write> writes)
    {
        var gates = new List<BacklogGate>();
        string? last = null;
        foreach (var write in writes)
        {
            if (ReferenceEquals(write.Topic, last)) continue;
            last = write.Topic;
            if (shared.Gates.Of(last) is { } gate && !gates.Contains(gate)) gates.Add(gate);
        }
        return gates;
    }

    private bool TryHand(Write write, Acknowledgements acknowledgements)
    {
        var delivery = new Delivery(acknowledgements, shared.Gates.Of(write.Topic), write.Bytes, write.Index);
        delivery.Handed();
        if (writer.TryProduce(write.Topic, write.Message, delivery.Report)) return true;
        delivery.Withdrawn();
        return false;
    }

    private async Task WriteNowAsync(Write write, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var acknowledgements = new Acknowledgements(1);
            while (!TryHand(write, acknowledgements)) await Task.Delay(QueueFullWait, shared.Time, cancellation);
            try
            {
                await acknowledgements.Completion.WaitAsync(cancellation);
                return;
            }
            catch (DeliveryFailedException refused)
            {
                // Skipping it is not an option, so it is tried until somebody mends the topic.
                var wait = Backoff.After(attempt);
                log.DeliveryFailed(attempt, wait.TotalSeconds, refused.Message);
                await Task.Delay(wait, shared.Time, cancellation);
            }
        }
    }

    /// <summary>Writes what was refused for its size alone; what is refused again becomes a dead letter.</summary>
    /// <returns>The writes that are still to be made.</returns>
    private async Task<List<Write>> WriteSuspectsAsync(Taken taken, List<Write> writes)
    {
        var left = new List<Write>(writes.Count);
        foreach (var group in writes.GroupBy(write => write.Index))
        {
            var position = PositionOf(taken.Records[group.Key]);
            if (!suspects.Remove(position))
            {
                left.AddRange(group);
                continue;
            }
            // What comes before has to be there before, and must not travel with the suspect.
            await await WriteAsync(left, taken.Assignment);
            left.Clear();
            try
            {
                await await WriteAsync([.. group], taken.Assignment);
            }
            catch (DeliveryFailedException refused) when (refused.TooLarge.Count > 0)
            {
                // Everything is written again; the next attempt knows.
                if (writer.WritesAllOrNothing)
                {
                    condemned.Add(position);
                    throw;
                }
                left.Add(DeadLetter(taken.Records[group.Key], group.Key, TooLarge(default(Verdict) with { Attempts = 1 })));
            }
        }
        return left;
    }

    /// <returns>The writes, with a dead letter in place of everything that follows from an input whose records are too large.</returns>
    private List<Write> SetAsideCondemned(Taken taken, List<Write> writes)
    {
        var left = new List<Write>(writes.Count);
        foreach (var group in writes.GroupBy(write => write.Index))
        {
            if (condemned.Contains(PositionOf(taken.Records[group.Key])))
                left.Add(DeadLetter(taken.Records[group.Key], group.Key, TooLarge(default(Verdict) with { Attempts = 1 })));
            else
                left.AddRange(group);
        }
        return left;
    }

    private readonly record struct Write(string Topic, Message<byte[], byte[]> Message, int Bytes, int Index);
}
