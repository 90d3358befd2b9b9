using Pipeline.Contracts;
using static Pipeline.Resolver.Tests.Resolving;

namespace Pipeline.Resolver.Tests;

/// <summary>LIDs that nobody knows: what is remembered of them, and when the endpoint is asked again.</summary>
[Collection(nameof(Stores))]
public sealed class ParkedLidTests(Stores stores) : OnStores(stores)
{
    private readonly MovableClock clock = new();
    private EndpointStub stub = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        stub = await EndpointStub.StartAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await stub.DisposeAsync();
    }

    [Fact]
    public async Task An_unknown_LID_is_parked_with_the_event_that_named_it_first()
    {
        await New(endpoint: false).RunAsync(Message("82399031480511@lid", "A1"), Message("82399031480511@lid", "A2"));
        Assert.Equal("1 82399031480511 baileys business_1 0@0 0", await ScalarAsync("SELECT concat_ws(' ', business_id, lid, source, session, raw_partition || '@' || raw_offset, attempts) FROM lid_parked"));
    }

    [Fact]
    public async Task A_replay_that_asks_nobody_parks_nothing_and_asks_the_endpoint_nothing()
    {
        var outcomes = await New().ReplayedAsync(Message("82399031480511@lid", "A1"), Message("82399031480512@lid", "A2"));
        Assert.All(outcomes, outcome => Assert.IsType<Streaming.Outcome.Emit>(outcome));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM lid_parked"));
        Assert.Empty(stub.Asked);
    }

    [Fact]
    public async Task The_business_itself_is_not_parked()
    {
        await New(endpoint: false).RunAsync(Message("118203344556677@lid", "A1"));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM lid_parked"));
    }

    [Fact]
    public async Task A_LID_that_gets_a_phone_is_no_longer_parked()
    {
        var resolving = New(endpoint: false);
        await resolving.RunAsync(Message("82399031480511@lid", "A1"));
        await resolving.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net"));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM lid_parked"));
    }

    [Fact]
    public async Task An_unknown_LID_is_asked_for_once_and_again_after_a_time_that_grows()
    {
        var resolving = New();
        await resolving.RunAsync(Message("82399031480511@lid", "A1"));
        await resolving.Answers.WriteDownAsync(default);
        await resolving.RunAsync(Message("82399031480511@lid", "A2"));
        Assert.Single(stub.Asked);

        foreach (var (minutes, asked) in new[] { (9, 1), (2, 2), (58, 2), (3, 3), (359, 3), (2, 4), (1439, 4), (2, 5), (1439, 5), (2, 6) })
        {
            clock.Move(TimeSpan.FromMinutes(minutes));
            await resolving.RecheckAsync();
            Assert.Equal(asked, stub.Asked.Count);
        }
        Assert.Equal(6, await ScalarAsync("SELECT attempts FROM lid_parked"));
    }

    [Fact]
    public async Task What_was_unknown_stays_remembered_over_a_restart()
    {
        var first = New();
        await first.RunAsync(Message("82399031480511@lid", "A1"));
        await first.Answers.WriteDownAsync(default);
        var second = New();
        await second.RunAsync(Message("82399031480511@lid", "A2"));
        await second.RecheckAsync();
        Assert.Single(stub.Asked);
    }

    [Fact]
    public async Task A_phone_that_a_later_question_finds_is_announced_and_known_from_then_on()
    {
        var resolving = New();
        await resolving.RunAsync(Message("82399031480511@lid", "A1"));
        await resolving.Answers.WriteDownAsync(default);
        stub.Answer = EndpointStub.Phone("+972555550101");
        clock.Move(TimeSpan.FromMinutes(11));
        Assert.Equal(1, await resolving.RecheckAsync());

        Assert.Equal("+972555550101 seed endpoint", await ScalarAsync("SELECT concat_ws(' ', phone_e164, grade, source) FROM lid_mappings"));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM lid_parked"));
        Assert.Equal(("+972555550101", Party.Types.Source.Table), Found(Assert.Single(await resolving.RunAsync(Message("82399031480511@lid", "A2")))));
    }

    [Fact]
    public async Task A_session_that_has_learned_a_pair_is_asked_again_for_what_it_did_not_know()
    {
        var resolving = New();
        await resolving.RunAsync(Message("82399031480511@lid", "A1"));
        await resolving.Answers.WriteDownAsync(default);
        clock.Move(TimeSpan.FromMinutes(2));
        await resolving.RunAsync(Mapping("55512345678901@lid", "972555550102@s.whatsapp.net"));
        Assert.Equal(1, await resolving.RecheckAsync());
        Assert.Equal(2, stub.Asked.Count);
    }

    [Fact]
    public async Task A_session_that_has_come_back_is_asked_again()
    {
        var resolving = New();
        await resolving.RunAsync(Message("82399031480511@lid", "A1"));
        await resolving.Answers.WriteDownAsync(default);
        clock.Move(TimeSpan.FromMinutes(2));
        await resolving.RunAsync(Connected());
        Assert.Equal(1, await resolving.RecheckAsync());
        // The same news twice within a minute is one reason.
        await resolving.RunAsync(Connected(receivedAt: 1760000001));
        Assert.Equal(0, await resolving.RecheckAsync());
    }

    [Fact]
    public async Task After_many_questions_in_vain_news_count_only_every_ten_minutes()
    {
        var resolving = New();
        await resolving.RunAsync(Message("82399031480511@lid", "A1"));
        await resolving.Answers.WriteDownAsync(default);
        await using (var many = Database.CreateCommand("UPDATE lid_parked SET attempts = 40, next_check_at = next_check_at + interval '1 day'")) await many.ExecuteNonQueryAsync();
        clock.Move(TimeSpan.FromMinutes(9));
        await resolving.RunAsync(Connected(receivedAt: 1760000001));
        Assert.Equal(0, await resolving.RecheckAsync());
        clock.Move(TimeSpan.FromMinutes(2));
        await resolving.RunAsync(Connected(receivedAt: 1760000002));
        Assert.Equal(1, await resolving.RecheckAsync());
    }

    [Fact]
    public async Task Another_business_s_news_is_no_reason()
    {
        var resolving = New();
        await resolving.RunAsync(Message("82399031480511@lid", "A1"));
        await resolving.Answers.WriteDownAsync(default);
        clock.Move(TimeSpan.FromMinutes(2));
        await resolving.RunAsync(Mapping("55512345678901@lid", "972555550102@s.whatsapp.net", business: 2));
        Assert.Equal(0, await resolving.RecheckAsync());
    }

    [Fact]
    public async Task A_question_without_an_answer_says_nothing_about_the_LID_and_is_asked_again_soon()
    {
        stub.Answer = EndpointStub.Body("", 403);
        var resolving = New();
        await resolving.RunAsync(Message("82399031480511@lid", "A1"));
        await resolving.Answers.WriteDownAsync(default);
        Assert.Equal(0, await ScalarAsync("SELECT attempts FROM lid_parked"));
        clock.Move(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await resolving.RecheckAsync());
    }

    [Fact]
    public async Task Nobody_asks_for_the_LIDs_of_partitions_that_another_process_holds()
    {
        var resolving = New();
        await resolving.RunAsync(Message("82399031480511@lid", "A1"));
        clock.Move(TimeSpan.FromDays(2));
        Assert.Empty(await resolving.Parked.ClaimAsync([1, 2], clock.GetUtcNow(), 10, default));
        Assert.Single(await resolving.Parked.ClaimAsync([0], clock.GetUtcNow(), 10, default));
        Assert.Empty(await resolving.Parked.ClaimAsync([0], clock.GetUtcNow(), 10, default));
    }

    [Fact]
    public async Task How_many_wait_and_since_when_is_measured()
    {
        var resolving = New(endpoint: false);
        await resolving.RunAsync(Message("82399031480511@lid", "A1"), Message("55512345678901@lid", "A2"));
        Assert.Equal((2, DateTimeOffset.FromUnixTimeSeconds(1760000000)), await resolving.Parked.MeasureAsync([0], default));
        Assert.Equal((0, null), await resolving.Parked.MeasureAsync([7], default));
    }

    private static (string, Party.Types.Source) Found(EnrichedEvent one) => (one.Message.Peer.Phone, one.Message.Peer.Source);

    private Resolving New(bool endpoint = true) =>
        New(endpoint ? stub.Patient() : new ResolverOptions(), clock: clock);
}
