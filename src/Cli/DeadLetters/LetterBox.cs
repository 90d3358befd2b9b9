using System.Runtime.CompilerServices;
using Pipeline.Cli.Operations;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.DeadLetters;

/// <summary>Reads the dead-letter topics.</summary>
internal sealed class LetterBox(OperatingTools tools)
{
    private const string Group = "pipeline.dlq";
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(15);

    /// <summary>Every letter that was there when the call began, settled or not, partition by partition in order.</summary>
    /// <param name="topics">Dead-letter topics.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    public async IAsyncEnumerable<Letter> ReadAsync(IReadOnlyList<string> topics, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (from, until) = (new List<Position>(), new List<Position>());
        foreach (var topic in topics)
        {
            foreach (var partition in await tools.LagReader.ReadAsync(topic, Group, AskLimit, cancellation))
            {
                from.Add(new Position(topic, partition.Partition, partition.Low));
                until.Add(new Position(topic, partition.Partition, partition.High));
            }
        }
        await foreach (var record in tools.TopicReader.ReadAsync(from, until, cancellation)) yield return new Letter(record, DeadLetterHeaders.Of(record));
    }

    /// <summary>One letter.</summary>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    /// <exception cref="PipelineException">It is not there.</exception>
    public async Task<Letter> FindAsync(Position position, CancellationToken cancellation)
    {
        if (!position.Topic.EndsWith(Topics.DeadLetterSuffix, StringComparison.Ordinal))
            throw new PipelineException($"'{position.Topic}' is no dead-letter topic.", "A letter is named as `pipeline dlq list` shows it: topic/partition@offset.", ExitCode.Usage);
        var partition = (await tools.LagReader.ReadAsync(position.Topic, Group, AskLimit, cancellation)).FirstOrDefault(one => one.Partition == position.Partition);
        if (partition is not null && position.Offset >= partition.Low && position.Offset < partition.High)
            await foreach (var record in tools.TopicReader.ReadAsync([position], [position with { Offset = position.Offset + 1 }], cancellation))
                return new Letter(record, DeadLetterHeaders.Of(record));
        throw new PipelineException($"There is no record at {position}.");
    }

    /// <summary>Reads <c>topic/partition@offset</c>.</summary>
    /// <exception cref="PipelineException">It is none.</exception>
    public static Position Parse(string text)
    {
        var (slash, at) = (text.LastIndexOf('/'), text.LastIndexOf('@'));
        return slash > 0 && at > slash && int.TryParse(text.AsSpan(slash + 1, at - slash - 1), out var partition) && partition >= 0 && long.TryParse(text.AsSpan(at + 1), out var offset) && offset >= 0
            ? new Position(text[..slash], partition, offset)
            : throw new PipelineException($"'{text}' is no position.", "A letter is named as `pipeline dlq list` shows it: topic/partition@offset.", ExitCode.Usage);
    }
}
