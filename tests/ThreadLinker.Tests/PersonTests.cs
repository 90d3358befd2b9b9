using Xunit;

namespace Pipeline.ThreadLinker.Tests;

public sealed class PersonTests
{
    private static readonly PhoneEvidence Phone = new("+972501234567", PhoneRank.Stated, Enriched.At(0));

    [Fact]
    public void The_lead_that_a_CRM_owns_outlives_the_others() => Assert.True(Of(9, crm: true).Outlives(Of(1, Phone)));

    [Fact]
    public void The_lead_with_a_phone_outlives_an_older_one_without() => Assert.True(Of(9, Phone).Outlives(Of(1)));

    [Fact]
    public void Of_equals_the_older_goes_on()
    {
        Assert.True(Of(1).Outlives(Of(2)));
        Assert.True(Of(1, crm: true).Outlives(Of(2, Phone, crm: true)));
    }

    [Fact]
    public void Whoever_meets_first_the_last_survivor_is_the_same()
    {
        // Every kind of lead, in every order of meeting.
        Func<Person>[] makers = [() => Of(1), () => Of(2, Phone), () => Of(3, Phone), () => Of(4, crm: true), () => Of(5, Phone, crm: true)];
        foreach (var some in Subsets(makers).Where(subset => subset.Length > 1))
            Assert.Single(Permutations(some).Select(order => order.Select(make => make()).Aggregate(Merge).Id).Distinct());
    }

    [Fact]
    public void A_merged_lead_leads_to_the_last_survivor()
    {
        var (a, b, c) = (Of(1), Of(2), Of(3));
        a.MergeInto(b);
        b.MergeInto(c);

        Assert.Same(c, a.Survivor);
        Assert.True(a.IsMerged);
        Assert.False(c.IsMerged);
    }

    [Fact]
    public void The_better_evidence_of_a_phone_wins_in_any_order()
    {
        PhoneEvidence[] evidence =
        [
            new("+1", PhoneRank.LookUp, DateTime.MinValue), new("+9", PhoneRank.LookUp, DateTime.MinValue), new("+2", PhoneRank.Seed, Enriched.At(90)),
            new("+3", PhoneRank.Stated, Enriched.At(10)), new("+4", PhoneRank.Stated, Enriched.At(20)), new("+5", PhoneRank.Stated, Enriched.At(20)),
        ];

        Assert.All(Permutations(evidence), order =>
        {
            var lead = Of(1);
            foreach (var one in order) lead.Learn(one);
            Assert.Equal("+5", lead.Phone!.Value.Phone);
        });
    }

    [Fact]
    public void Hearing_the_same_again_is_not_learning()
    {
        var lead = Person.Stored(7, 1, Ownership.Auto, Phone, new DatedName("Dana", Enriched.At(0)), null);

        lead.Learn(Phone);
        lead.LearnPushName(new DatedName("Dana", Enriched.At(0)));

        Assert.False(lead.HasLearned);
    }

    private static Person Of(long id, PhoneEvidence? phone = null, bool crm = false) => Person.Stored(7, id, crm ? Ownership.Crm : Ownership.Auto, phone, null, null);

    private static Person Merge(Person one, Person other)
    {
        var (survivor, absorbed) = one.Outlives(other) ? (one, other) : (other, one);
        absorbed.MergeInto(survivor);
        return survivor;
    }

    private static IEnumerable<T[]> Subsets<T>(T[] all) =>
        Enumerable.Range(0, 1 << all.Length).Select(mask => all.Where((_, at) => (mask & (1 << at)) != 0).ToArray());

    private static IEnumerable<T[]> Permutations<T>(T[] all) => all.Length < 2
        ? [all]
        : all.SelectMany((first, at) => Permutations(all.Where((_, other) => other != at).ToArray()).Select(rest => (T[])[first, .. rest]));
}
