using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>Where a stage that <see cref="IOwnPositions"/> begins to read.</summary>
/// <param name="Stored">What is stored, after it was moved back to where Kafka stands further back.</param>
/// <param name="Unmirrored">Those of them that Kafka does not know.</param>
internal sealed record OwnStart(IReadOnlyList<Position> Stored, IReadOnlyList<Position> Unmirrored)
{
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(5);

    /// <summary>Compares what is stored with what the group has committed.</summary>
    /// <exception cref="KafkaException">Kafka did not tell.</exception>
    /// <exception cref="TimeoutException">Somebody else moves the stored positions.</exception>
    public static async Task<OwnStart> FindAsync(IOwnPositions own, IConsumer<byte[], byte[]> consumer, Assignment tenure, ILogger log, CancellationToken cancellation)
    {
        var asked = tenure.Partitions.Select(partition => new Position(tenure.Topic, partition, 0)).ToList();
        var committed = consumer.Committed(asked.Select(one => new TopicPartition(one.Topic, one.Partition)), AskLimit)
            .Where(one => one.Offset.Value >= 0).ToDictionary(one => one.Partition.Value, one => one.Offset.Value);
        var stored = await own.LoadAsync(asked, cancellation);

        var back = new List<(Position Stored, long To)>();
        foreach (var position in stored)
        {
            if (!committed.TryGetValue(position.Partition, out var offset)) continue;
            if (offset > position.Offset) log.Ahead(position with { Offset = offset }, position.Offset);
            if (offset >= position.Offset) continue;
            log.SetBack(position with { Offset = offset }, position.Offset);
            back.Add((position, offset));
        }
        if (back.Count > 0)
        {
            if (!await own.MoveBackAsync(back, cancellation)) throw new TimeoutException("The stored positions have just been moved by another process.");
            stored = await own.LoadAsync(asked, cancellation);
        }
        return new OwnStart(stored, [.. stored.Where(position => !committed.TryGetValue(position.Partition, out var offset) || offset != position.Offset)]);
    }
}
