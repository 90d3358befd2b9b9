using System.Globalization;
using System.Text;
using Pipeline.Cli.DeadLetters;
using Pipeline.Cli.Operations;
using Pipeline.Streaming;

namespace Pipeline.Cli.Replaying;

/// <summary>
/// Writes records of a topic once more behind its end, byte by byte, for the group that reads it: a replay of some businesses while
/// everybody else's goes on. What follows is recognised by its event ids.
/// </summary>
internal sealed class Reemission(Terminal terminal, OperatingTools tools, string folder, TimeProvider clock)
{
    private const int AtOnce = 500;
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AcknowledgeWithin = TimeSpan.FromSeconds(60);

    /// <summary>Where to end: before a time or an offset; null is the end as it is when the command begins.</summary>
    /// <param name="Time">The first time that is left out.</param>
    /// <param name="Offset">The first offset that is left out.</param>
    public sealed record End(DateTimeOffset? Time, long? Offset);

    /// <summary>Finds the range of a new one.</summary>
    /// <param name="request">The topic with its partitions, and where to begin.</param>
    /// <param name="end">Where to end.</param>
    /// <param name="fill">The rest of the state.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PipelineException">It does not fit together, or Kafka does not answer.</exception>
    public async Task<ReemissionState> PrepareAsync(OffsetMove.Request request, End? end, Func<string, ReemissionState> fill, CancellationToken cancellation)
    {
        if (request.Groups is not [(var group, { } topic)]) throw Wrong("Records are written again for one stage of the pipeline at a time.");
        if (request.AllTopics || request.Scopes.Count > 1 || request.Scopes.Any(scope => scope.Topic != topic)) throw Wrong($"'{group}' reads {topic} and nothing else.");
        try
        {
            var partitions = await tools.LagReader.ReadAsync(topic, group, AskLimit, cancellation);
            if (request.Scopes is [{ Partitions: { } some }]) partitions = [.. partitions.Where(one => some.Contains(one.Partition))];
            if (partitions.Count == 0) throw new PipelineException($"There is no topic '{topic}', or no such partition.");
            var starts = await new StartPositions(tools.OffsetsByTime, terminal.Complain).FindAsync(request.Scenario, group, partitions, cancellation);
            IReadOnlyList<long?> ends = end switch
            {
                { Time: { } time } => await tools.OffsetsByTime.FindAsync(partitions, time, AskLimit, cancellation),
                _ => [.. partitions.Select(_ => end?.Offset)],
            };
            var byPartition = partitions.Zip(ends).ToDictionary(pair => pair.First.Partition, pair => Math.Min(pair.Second ?? long.MaxValue, pair.First.High));
            var state = fill(topic);
            state.Ranges = [.. starts.Select(start => new ReemissionState.Range(start.Partition, start.Offset, Math.Max(start.Offset, byPartition[start.Partition])))];
            return state;
        }
        catch (KafkaUnavailableException away)
        {
            throw Away(away);
        }
    }

    /// <summary>Reads the range and writes what belongs to it.</summary>
    /// <param name="state">How far it has come.</param>
    /// <param name="execute">Whether to write; else it is counted only.</param>
    /// <param name="cancellation">Ends it; <c>--resume</c> goes on.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ReemissionState state, bool execute, CancellationToken cancellation)
    {
        var total = state.Ranges.Sum(range => range.End - range.Next);
        if (execute)
        {
            state.Save(folder);
            terminal.Say($"Replay {state.Id}: {Number(total)} records of {state.Topic} to look at. After an interruption: ./pipeline replay --resume {state.Id} --execute");
        }
        try
        {
            await ReplayBar.RunAsync(terminal, clock, total, bar => CopyAsync(state, execute, bar, cancellation));
        }
        catch (KafkaUnavailableException away)
        {
            throw Away(away, execute ? $"\nGo on with: ./pipeline replay --resume {state.Id} --execute" : "");
        }
        if (execute) state.Remove(folder);
        terminal.Say(execute ? $"{Number(state.Written)} records written to {state.Topic} once more, with replay-id {state.Id}." : $"{Number(state.Written)} records of {state.Topic} would be written once more.");
        return ExitCode.Ok;
    }

    private async Task CopyAsync(ReemissionState state, bool execute, ReplayBar bar, CancellationToken cancellation)
    {
        var businesses = state.Businesses.ToHashSet();
        var next = state.Ranges.ToDictionary(range => range.Partition, range => range.Next);
        var waiting = new List<RecordCopy>();
        var pace = new Pace(execute ? state.Rate : null, clock);
        var size = state.Rate is { } rate ? Math.Clamp(rate / 2, 1, AtOnce) : AtOnce;
        var (seen, looked) = (0, 0L);
        var from = state.Ranges.Select(range => new Position(state.Topic, range.Partition, range.Next)).ToList();
        var until = state.Ranges.Select(range => new Position(state.Topic, range.Partition, range.End)).ToList();
        await foreach (var record in tools.TopicReader.ReadAsync(from, until, cancellation))
        {
            next[record.Position.Partition] = record.Position.Offset + 1;
            seen++;
            bar.Show(++looked, state.Written + waiting.Count);
            // The copies of an earlier replay have their originals before them.
            if (record.TextOf(HeaderNames.ReplayId) is null && (businesses.Count == 0 || (Letter.BusinessOf(record) is { } business && businesses.Contains(business))))
                waiting.Add(Copy(record, state));
            if (waiting.Count >= size || seen >= 20 * AtOnce) await WriteAsync();
        }
        await WriteAsync();

        async Task WriteAsync()
        {
            await pace.WaitAsync(waiting.Count, cancellation);
            if (execute) await tools.Producer.CopyAsync(waiting, AcknowledgeWithin, cancellation);
            state.Written += waiting.Count;
            state.Ranges = [.. state.Ranges.Select(range => range with { Next = next[range.Partition] })];
            // Remembered after the acknowledgement: a kill in between writes some twice, which their event ids make harmless.
            if (execute) state.Save(folder);
            waiting.Clear();
            seen = 0;
        }
    }

    private static RecordCopy Copy(StoredRecord record, ReemissionState state)
    {
        var headers = record.Headers.Where(header => header.Key != HeaderNames.ReplayResolve).ToList();
        headers.Add(new(HeaderNames.ReplayId, Encoding.UTF8.GetBytes(state.Id)));
        if (state.CacheOnly) headers.Add(new(HeaderNames.ReplayResolve, Encoding.UTF8.GetBytes(HeaderNames.CacheOnly)));
        return new RecordCopy(state.Topic, record.Key, record.Value, headers);
    }

    private static PipelineException Wrong(string what) => new(what, "See ./pipeline replay --help", ExitCode.Usage);

    private static PipelineException Away(KafkaUnavailableException away, string more = "") =>
        new(away.Message, "Is Kafka running, and does --bootstrap-servers (Kafka__BootstrapServers) name it?" + more, inner: away);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
