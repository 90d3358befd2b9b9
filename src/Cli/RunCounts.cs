using Pipeline.Cli.Sending;

namespace Pipeline.Cli;

/// <summary>What a run came to, for its report and its result files.</summary>
/// <param name="Lines">Lines of the input, blank ones left out.</param>
/// <param name="Events">Lines that the Ingestor took.</param>
/// <param name="Records">Records that the Ingestor wrote for them: one for each item of a batch.</param>
/// <param name="Refused">Lines that were not taken.</param>
/// <param name="DeadLetters">Records in each dead-letter topic, by topic; topics without any are left out.</param>
/// <param name="Took">From the first event sent to the last one stored.</param>
internal sealed record RunCounts(
    long Lines, long Events, long Records, IReadOnlyList<RefusedLine> Refused, IReadOnlyDictionary<string, long> DeadLetters, TimeSpan Took);
