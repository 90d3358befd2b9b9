using System.Diagnostics;
using Pipeline.Identity;
using Pipeline.Identity.Fuzzing;

namespace Pipeline.Fuzz;

/// <summary>One run: reads, times and judges every payload.</summary>
internal sealed class Run(Options options, string findingsFolder)
{
    private const int ShownFindings = 10;

    private readonly long[] _ticks = new long[options.Count];
    private readonly long[] _undisturbed = new long[options.Count];
    private readonly long _limit = (long)(options.LimitMilliseconds * Stopwatch.Frequency / 1000);

    private int _shown;

    public int Payloads { get; private set; }

    public long Events { get; private set; }

    public int Crashes { get; private set; }

    public int PhonesFromLids { get; private set; }

    /// <summary>Payloads slower than the limit.</summary>
    public int Slow { get; private set; }

    /// <summary>Those of them during which memory was collected: the pause, not the reading, may have made them slow.</summary>
    public int SlowWithCollection { get; private set; }

    /// <summary>Those of them that were as slow when they were read once more.</summary>
    public int SlowAgain { get; private set; }

    public void Read()
    {
        // Another stream of damage, so that the timed payloads are not the ones that were warmed up on.
        var payloads = Damage(unchecked(options.Seed ^ 0x5EED));
        for (var round = 0; round < Options.WarmUpRounds; round++) One(payloads.Next(), -1);
        (Payloads, Events, Crashes, PhonesFromLids, Slow, SlowWithCollection, SlowAgain) = (0, 0, 0, 0, 0, 0, 0);

        payloads = Damage(options.Seed);
        var sinceReport = Stopwatch.StartNew();
        for (var round = 0; round < options.Count; round++)
        {
            One(payloads.Next(), round);
            if (sinceReport.ElapsedMilliseconds < 5000) continue;
            Console.Error.WriteLine($"{round + 1:N0} of {options.Count:N0} payloads, {Crashes} crashes, {PhonesFromLids} phones from LIDs");
            sinceReport.Restart();
        }
        Array.Sort(_ticks);
        Array.Sort(_undisturbed);
    }

    /// <summary>The time that this share of the payloads was read within.</summary>
    public double Microseconds(double share) => Microseconds(_ticks, share);

    /// <summary>
    /// The same, with the second time of a payload that was over the limit at first while nothing was collected: then something else had the processor.
    /// A pause of the collector stays in.
    /// </summary>
    public double Undisturbed(double share) => Microseconds(_undisturbed, share);

    private static double Microseconds(long[] sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1] * 1e6 / Stopwatch.Frequency;

    private static DamagedPayloads Damage(int seed) => new(Path.Combine(AppContext.BaseDirectory, "Corpus", "cases.jsonl"), seed);

    private void One(DamagedPayload payload, int round)
    {
        Payloads++;
        try
        {
            var collections = GC.CollectionCount(0);
            var start = Stopwatch.GetTimestamp();
            var reads = SplitAndRead(payload);
            var ticks = Stopwatch.GetTimestamp() - start;
            Events += reads.Count;
            var undisturbed = ticks;
            if (ticks > _limit)
            {
                var hasCollected = GC.CollectionCount(0) != collections;
                start = Stopwatch.GetTimestamp();
                SplitAndRead(payload);
                var second = Stopwatch.GetTimestamp() - start;
                if (!hasCollected) undisturbed = Math.Min(ticks, second);
                Slow++;
                if (hasCollected) SlowWithCollection++;
                if (second > _limit) SlowAgain++;
            }
            if (round >= 0) (_ticks[round], _undisturbed[round]) = (ticks, undisturbed);
            foreach (var (part, read) in reads)
            {
                var phones = PhonesOfLids.In(read, part.Json, payload.Own);
                if (phones.Count == 0) continue;
                PhonesFromLids += phones.Count;
                Report(payload, round, $"{string.Join(", ", phones)} came from a LID");
            }
        }
#pragma warning disable CA1031 // Whatever the reader throws is a crash to be counted.
        catch (Exception crash)
#pragma warning restore CA1031
        {
            Crashes++;
            Report(payload, round, $"{crash.GetType().Name}: {crash.Message}\n  {string.Join("\n  ", crash.StackTrace?.Split('\n').Where(l => l.Contains("Pipeline.", StringComparison.Ordinal)).Take(3).Select(l => l.Trim()) ?? [])}");
        }
    }

    // What the Ingestor and the Resolver do to one posted payload.
    private static List<(EventPart Part, ReadEvent Read)> SplitAndRead(DamagedPayload payload)
    {
        using var document = RawBody.TryParse(payload.Bytes);
        var parts = document is null ? [new EventPart("messages", "", 0, payload.Bytes)] : EventSplitter.Split(payload.Source, payload.EventType, document.RootElement);
        var reads = new List<(EventPart, ReadEvent)>(parts.Count);
        foreach (var part in parts)
            reads.Add((part, EventReader.Read(new RawItem(payload.Source, payload.EventType, part.Part, part.Delivery, part.Json, payload.Own, DateTimeOffset.UnixEpoch))));
        return reads;
    }

    private void Report(DamagedPayload payload, int round, string what)
    {
        if (++_shown > ShownFindings) return;
        Directory.CreateDirectory(findingsFolder);
        var file = Path.Combine(findingsFolder, $"{options.Seed}-{(round < 0 ? "warm-up" : round)}.json");
        File.WriteAllBytes(file, payload.Bytes);
        Console.Error.WriteLine($"seed {options.Seed}, round {round}, {payload.Source} {payload.EventType}: {what}\n  {file}");
    }
}
