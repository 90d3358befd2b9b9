using Xunit;

namespace Pipeline.Laws.Tests;

/// <summary>The tools that find and shrink must be able to fail.</summary>
public sealed class ShrinkerTests
{
    [Fact]
    public void A_list_shrinks_to_what_makes_it_fail()
    {
        var smallest = Shrinker.Shrink([.. Enumerable.Range(0, 100)], number => number > 0 ? [number / 2, number - 1] : [], numbers => numbers.Count(number => number > 5) >= 2);
        Assert.Equal([6, 6], smallest);
    }

    [Fact]
    public void What_fails_as_a_whole_stays_whole() =>
        Assert.Equal([0, 0, 0], Shrinker.Shrink([3, 1, 2], number => number > 0 ? [number - 1] : [], numbers => numbers.Count == 3));

    // Planted: “a history never teaches one LID two phones”.
    [Fact]
    public void A_planted_violation_shrinks_to_its_two_events()
    {
        var law = new Law((history, _) => history.Happenings
            .Where(one => one.Traits.IsPair)
            .GroupBy(one => (one.Business, one.Lid))
            .Any(lid => lid.Select(one => Cast.Canonical(one.Phone)).Distinct().Count() > 1) ? "two phones" : null);
        var failing = new History(
        [
            new(Shape.DirectByPhone, 2, "", "972555550101") { At = 3 },
            new(Shape.DirectByLidWithAlternate, 2, "82399031480511", "551187650001") { At = 7, Arrived = 2, Id = 4, Spelling = Spelling.Device, Quoted = "972555550101" },
            new(Shape.GroupByLid, 1, "82399031480511", "") { At = 5 },
            new(Shape.LidMapping, 1, "82399031480511", "972555550101") { Arrived = 4 },
            new(Shape.Roster, 2, "82399031480511", "972555550102") { Arrived = 9 },
            new(Shape.DirectByLid, 2, "82399031480511", "") { At = 1, FromMe = true },
        ]);
        Assert.Equal(
        [
            new Happening(Shape.LidMapping, 2, "82399031480511", "5511987650001"),
            new Happening(Shape.LidMapping, 2, "82399031480511", "972555550102"),
        ], law.Shrink(failing).Happenings);
    }

    [Fact]
    public void A_law_that_does_not_hold_fails_with_its_seed_and_its_smallest_history()
    {
        var law = new Law((history, _) => history.Happenings.Any(one => one.Traits.IsPair) ? "a pair" : null);
        var failure = Assert.ThrowsAny<Exception>(law.Holds);
        Assert.Matches("Seed [0-9]+: a pair", failure.Message);
        Assert.Contains("(1 of ", failure.Message);
        Assert.Contains("e0  business 1: LidMapping", failure.Message);
    }

    [Fact]
    public void The_same_seed_gives_the_same_history() => Assert.Equal(History.Random(7).Happenings, History.Random(7).Happenings);
}
