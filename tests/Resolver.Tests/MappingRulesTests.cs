using Pipeline.Identity;
using static Pipeline.Identity.MappingGrade;

namespace Pipeline.Resolver.Tests;

/// <summary>Which of two statements about a LID wins.</summary>
public class MappingRulesTests
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1760000000);

    [Fact]
    public void An_unknown_LID_is_learned()
    {
        var change = MappingRules.Decide(null, Seen("+12025550143", Strong, 0));
        Assert.Equal(MappingVerdict.Learned, change.Verdict);
        Assert.Equal("+12025550143", change.Row.Best!.Phone.ToString());
    }

    [Fact]
    public void A_newer_strong_pair_replaces_and_the_old_one_is_kept_as_history()
    {
        var change = After(Seen("+12025550143", Strong, 0), Seen("+12025550199", Strong, 1));
        Assert.Equal(MappingVerdict.Replaced, change.Verdict);
        Assert.Equal("+12025550199", change.Row.Best!.Phone.ToString());
        Assert.Equal("+12025550143", change.Previous!.Phone.ToString());
    }

    [Fact]
    public void An_older_pair_that_arrives_later_changes_nothing_and_is_a_conflict()
    {
        var change = After(Seen("+12025550143", Strong, 5), Seen("+12025550199", Strong, 1));
        Assert.Equal(MappingVerdict.Conflict, change.Verdict);
        Assert.Equal("+12025550143", change.Row.Best!.Phone.ToString());
    }

    [Fact]
    public void Weak_never_replaces_strong_however_new() =>
        Assert.Equal(MappingVerdict.Conflict, After(Seen("+12025550143", Strong, 0), Seen("+12025550199", Seed, 100)).Verdict);

    [Fact]
    public void Strong_replaces_weak_however_old() =>
        Assert.Equal(MappingVerdict.Replaced, After(Seen("+12025550143", Seed, 100), Seen("+12025550199", Strong, 0)).Verdict);

    [Fact]
    public void The_same_statement_twice_changes_nothing()
    {
        var seen = Seen("+12025550143", Strong, 3);
        Assert.Equal(MappingVerdict.Unchanged, After(seen, seen).Verdict);
    }

    [Fact]
    public void What_was_quoted_is_weaker_than_everything() =>
        Assert.Equal(MappingVerdict.Replaced, After(Seen("+12025550143", Quoted, 100), Seen("+12025550199", Seed, 0)).Verdict);

    [Fact]
    public void A_phone_that_loses_and_wins_again_keeps_its_time_span()
    {
        var row = After(Seen("+12025550143", Strong, 5), Seen("+12025550199", Strong, 1)).Row;
        row = MappingRules.Decide(row, Seen("+12025550199", Strong, 9)).Row;
        Assert.Equal((Noon.AddMinutes(1), Noon.AddMinutes(9)), (row.Best!.FirstSeen, row.Best.LastSeen));
        Assert.Equal("+12025550143", Assert.Single(row.Others).Phone.ToString());
    }

    [Fact]
    public void Strong_evidence_for_a_known_phone_makes_it_strong() =>
        Assert.Equal(Strong, After(Seen("+12025550143", Seed, 0), Seen("+12025550143", Strong, 0)).Row.Best!.Grade);

    [Fact]
    public void Any_order_and_any_repetition_of_the_same_statements_and_denials_ends_with_the_same_row_to_the_last_field()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        string[] phones = ["+12025550143", "+12025550199", "+447700900123"];
        for (var history = 0; history < 2000; history++)
        {
            var statements = Enumerable.Range(0, random.Next(2, 7))
                .Select(object (_) => Seen(phones[random.Next(phones.Length)], (MappingGrade)random.Next(3), random.Next(4)))
                .Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Said(phones[random.Next(phones.Length)], random.Next(2) == 0, random.Next(3)))).ToList();
            var ends = Enumerable.Range(0, 6).Select(_ => End(statements.Concat(statements.Take(random.Next(3))).OrderBy(_ => random.Next()))).Distinct().ToList();
            Assert.True(ends.Count == 1, $"seed {seed}, history {history}: {string.Join(" / ", ends)} from {string.Join(", ", statements)}");
        }
    }

    [Fact]
    public void Of_statements_that_agree_the_earliest_names_the_source_whatever_the_order()
    {
        LidObservation[] statements = [From("senderPn", 2), From("remoteJidAlt", 1), From("participantAlt", 1), From("lid-mapping", 3)];
        foreach (var first in statements)
        {
            LidRow? known = null;
            foreach (var statement in statements.OrderBy(statement => statement != first)) known = MappingRules.Decide(known, statement).Row;
            Assert.Equal(("participantAlt", Noon.AddMinutes(1), Noon.AddMinutes(3)), (known!.Best!.Source, known.Best.FirstSeen, known.Best.LastSeen));
        }
    }

    [Fact]
    public void A_denied_phone_is_kept_as_history_and_the_next_best_takes_its_place()
    {
        var row = MappingRules.Rule(After(Seen("+12025550143", Strong, 0), Seen("+12025550199", Strong, 1)).Row, Said("+12025550199", true, 2));
        Assert.Equal("+12025550143", row.Best!.Phone.ToString());
        Assert.Equal("+12025550199", Assert.Single(row.Others).Phone.ToString());
    }

    [Fact]
    public void A_LID_whose_only_phone_is_denied_has_none()
    {
        var row = MappingRules.Rule(MappingRules.Decide(null, Seen("+12025550143", Strong, 0)).Row, Said("+12025550143", true, 2));
        Assert.Null(row.Best);
        Assert.Equal("+12025550143", Assert.Single(row.Others).Phone.ToString());
    }

    [Fact]
    public void A_denied_pair_that_is_stated_again_is_kept_and_has_no_effect()
    {
        var change = MappingRules.Decide(MappingRules.Rule(null, Said("+12025550143", true, 0)), Seen("+12025550143", Strong, 9));
        Assert.Equal(MappingVerdict.Denied, change.Verdict);
        Assert.Null(change.Row.Best);
        Assert.Equal("+12025550143", Assert.Single(change.Row.Others).Phone.ToString());
    }

    [Fact]
    public void A_denial_taken_back_decides_again_from_the_history()
    {
        var row = MappingRules.Rule(After(Seen("+12025550143", Strong, 0), Seen("+12025550199", Strong, 1)).Row, Said("+12025550199", true, 2));
        row = MappingRules.Rule(row, Said("+12025550199", false, 3));
        Assert.Equal("+12025550199", row.Best!.Phone.ToString());
    }

    [Fact]
    public void Of_two_words_about_a_pair_the_later_stands_and_at_one_moment_the_denial()
    {
        Assert.False(MappingRules.Rule(MappingRules.Rule(null, Said("+12025550143", false, 2)), Said("+12025550143", true, 1)).Rulings[0].IsDenied);
        Assert.True(MappingRules.Rule(MappingRules.Rule(null, Said("+12025550143", false, 2)), Said("+12025550143", true, 2)).Rulings[0].IsDenied);
        Assert.True(MappingRules.Rule(MappingRules.Rule(null, Said("+12025550143", true, 2)), Said("+12025550143", false, 2)).Rulings[0].IsDenied);
    }

    private static DatedRuling Said(string phone, bool isDenied, int minute) => new(PhoneNumber.FromE164(phone)!.Value, isDenied, Noon.AddMinutes(minute), Guid.NewGuid());

    private static LidObservation From(string source, int minute) => Seen("+12025550143", Strong, minute) with { Source = source };

    private static string End(IEnumerable<object> happened)
    {
        LidRow? known = null;
        foreach (var one in happened) known = one is DatedRuling said ? MappingRules.Rule(known, said) : MappingRules.Decide(known, (LidObservation)one).Row;
        return string.Join(" | ", [
            $"{known!.Best}",
            .. known.Others.OrderBy(other => other.Phone.ToString(), StringComparer.Ordinal).Select(other => $"{other}"),
            .. known.Rulings.OrderBy(ruling => ruling.Phone.ToString(), StringComparer.Ordinal).Select(ruling => $"{ruling}")]);
    }

    private static MappingChange After(LidObservation first, LidObservation then) => MappingRules.Decide(MappingRules.Decide(null, first).Row, then);

    private static LidObservation Seen(string phone, MappingGrade grade, int minute) =>
        new(PhoneNumber.FromE164(phone)!.Value, grade, "key.remoteJidAlt", Noon.AddMinutes(minute), Guid.NewGuid());
}
