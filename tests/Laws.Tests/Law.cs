using System.Collections.Concurrent;
using Pipeline.Contracts;
using Xunit;

namespace Pipeline.Laws.Tests;

/// <summary>Something that holds for every history.</summary>
/// <param name="violation">What is wrong with a history, given a source of random orders; null when the law holds.</param>
/// <param name="withFaultyProducer">See <see cref="History.Random"/>.</param>
internal sealed class Law(Func<History, Random, string?> violation, bool withFaultyProducer = false)
{
    // A small history is tried in about all its orders, so that shrinking does not stop because one lucky order was missed.
    private const int TriesWhileShrinking = 25;

    private static readonly int Histories = int.TryParse(Environment.GetEnvironmentVariable("LAWS_HISTORIES"), out var wanted) ? wanted : 10_000;

    /// <summary>Tries the law on histories 0, 1, 2, …; a failure names the seed and shows the smallest history that still fails.</summary>
    public void Holds()
    {
        var failing = new ConcurrentBag<int>();
        Parallel.For(0, Histories, new ParallelOptions { MaxDegreeOfParallelism = 2 }, (seed, loop) =>
        {
            if (ViolationOf(History.Random(seed, withFaultyProducer), seed) is null) return;
            failing.Add(seed);
            loop.Break();
        });
        if (!failing.IsEmpty) Assert.Fail(Report(failing.Min()));
    }

    /// <summary>The smallest history like this one that breaks the law.</summary>
    public History Shrink(History failing) =>
        new(Shrinker.Shrink(failing.Happenings, one => one.Simpler(), happenings => Stubborn(new History(happenings)) is not null));

    private string Report(int seed)
    {
        var found = History.Random(seed, withFaultyProducer);
        var smallest = Shrink(found);
        return $"""
            Seed {seed}: {Stubborn(smallest) ?? ViolationOf(found, seed)}
            The smallest history like it ({smallest.Happenings.Count} of {found.Happenings.Count} events):
            {smallest}
            """;
    }

    private string? Stubborn(History history) =>
        Enumerable.Range(0, TriesWhileShrinking).Select(seed => ViolationOf(history, seed)).FirstOrDefault(wrong => wrong is not null);

    private string? ViolationOf(History history, int seed)
    {
        try
        {
            return violation(history, new Random(seed));
        }
        catch (InvalidOperationException broken)
        {
            return broken.Message;
        }
    }
}
