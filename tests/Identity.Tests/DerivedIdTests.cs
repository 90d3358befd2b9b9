namespace Pipeline.Identity.Tests;

public class DerivedIdTests
{
    private static readonly Guid Cause = new("13417f9d-3491-5d51-943c-2a061ba81f0b");

    [Fact]
    public void What_follows_from_an_event_is_a_version_5_UUID_in_the_events_own_namespace() =>
        Assert.Equal(new Guid("a10ed67a-1bf6-56b4-95b2-6d0a42538866"), DerivedIds.Of(Cause, "mapping 82399031480511 +972555550101"));

    [Fact]
    public void Two_followers_of_one_event_have_two_ids() =>
        Assert.NotEqual(DerivedIds.Of(Cause, "merged 1 2"), DerivedIds.Of(Cause, "merged 1 3"));
}
