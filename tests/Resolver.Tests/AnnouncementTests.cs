using Pipeline.Contracts;
using static Pipeline.Resolver.Tests.Resolving;

namespace Pipeline.Resolver.Tests;

/// <summary>Which statements are told on <c>enriched</c>: enough that whoever reads them alone knows the newest phone of everybody.</summary>
[Collection(nameof(Stores))]
public sealed class AnnouncementTests(Stores stores) : OnStores(stores)
{
    [Fact]
    public async Task A_pair_that_is_stated_again_later_is_told_again_with_its_new_time()
    {
        var resolving = New();
        await resolving.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net", receivedAt: 1760000000));
        var again = Assert.Single(await resolving.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net", receivedAt: 1760000900)));
        Assert.Equal(1760000900, again.MappingLearned.SeenAt.Seconds);
    }

    [Fact]
    public async Task Stated_again_at_an_earlier_time_it_is_not()
    {
        var resolving = New();
        await resolving.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net", receivedAt: 1760000000));
        await resolving.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net", receivedAt: 1760000900));
        Assert.Empty(await resolving.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net", receivedAt: 1760000500)));
    }

    [Fact]
    public async Task Of_many_confirmations_in_a_batch_the_newest_is_told()
    {
        var resolving = New();
        await resolving.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net", receivedAt: 1760000000));
        var told = await resolving.RunAsync([.. Enumerable.Range(1, 20).Select(i => Mapping("82399031480511@lid", "972555550101@s.whatsapp.net", receivedAt: 1760000000 + i))]);
        Assert.Equal(1760000020, Assert.Single(told).MappingLearned.SeenAt.Seconds);
    }

    [Fact]
    public async Task A_message_that_carries_the_pair_itself_is_announcement_enough()
    {
        var resolving = New();
        await resolving.RunAsync(Message("82399031480511@lid", "A1", alternate: "972555550101@s.whatsapp.net", at: 1760000000));
        var told = await resolving.RunAsync(Message("82399031480511@lid", "A2", alternate: "972555550101@s.whatsapp.net", at: 1760000100));
        Assert.Equal(EnrichedEvent.BodyOneofCase.Message, Assert.Single(told).BodyCase);
    }

    [Fact]
    public async Task Stronger_evidence_for_a_known_phone_is_told()
    {
        var resolving = New();
        await resolving.RunAsync(Raw("contacts.upsert", "contacts", """{"id":"82399031480511@lid","phoneNumber":"972555550101@s.whatsapp.net"}"""));
        var told = Assert.Single(await resolving.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net")));
        Assert.Equal("strong", told.MappingLearned.Grade);
    }

    [Fact]
    public async Task Every_event_says_where_on_raw_it_comes_from()
    {
        var resolving = New();
        var told = await resolving.RunAsync(Message("82399031480511@lid", "A1"), Message("82399031480511@lid", "A2", alternate: "972555550101@s.whatsapp.net"));
        Assert.Equal([0L, 1L, 1L], told.Select(one => one.Raw.Offset));
        Assert.Equal("0@1", await ScalarAsync("SELECT raw_partition || '@' || raw_offset FROM lid_mappings"));
    }

    [Fact]
    public async Task The_other_phones_of_a_LID_stay_with_their_time_spans()
    {
        var resolving = New();
        await resolving.RunAsync(
            Mapping("82399031480511@lid", "972555550101@s.whatsapp.net", receivedAt: 1760000000),
            Mapping("82399031480511@lid", "972555550102@s.whatsapp.net", receivedAt: 1760000200),
            Mapping("82399031480511@lid", "972555550101@s.whatsapp.net", receivedAt: 1760000100));
        Assert.Equal("+972555550102", await ScalarAsync("SELECT phone_e164::text FROM lid_mappings"));
        Assert.Equal("+972555550101 1760000000 1760000100", await ScalarAsync("SELECT concat_ws(' ', phone_e164, extract(epoch FROM first_seen)::bigint, extract(epoch FROM last_seen)::bigint) FROM lid_mapping_history"));
    }
}
