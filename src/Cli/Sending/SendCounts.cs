using System.Collections.Concurrent;

namespace Pipeline.Cli.Sending;

/// <summary>How far a sending has got. Read while it is going on.</summary>
internal sealed class SendCounts
{
    private readonly ConcurrentBag<RefusedLine> refused = [];
    private long lines, events, records;

    /// <summary>Lines read from the file, blank ones left out.</summary>
    public long Lines => Interlocked.Read(ref lines);

    /// <summary>Lines that the Ingestor took.</summary>
    public long Events => Interlocked.Read(ref events);

    /// <summary>Records that the Ingestor wrote for them.</summary>
    public long Records => Interlocked.Read(ref records);

    /// <summary>Lines that were not taken, in the file's order.</summary>
    public IReadOnlyList<RefusedLine> Refused => [.. refused.OrderBy(line => line.Number)];

    /// <summary>One line has been read.</summary>
    public void CountRead() => Interlocked.Increment(ref lines);

    /// <summary>One line was not taken.</summary>
    public void CountRefused(RefusedLine line) => refused.Add(line);

    /// <summary>A request was taken.</summary>
    public void CountTaken(WebhookClient.Receipt receipt)
    {
        Interlocked.Add(ref events, receipt.Events);
        Interlocked.Add(ref records, receipt.Records);
        foreach (var line in receipt.Refused) refused.Add(line);
    }
}
