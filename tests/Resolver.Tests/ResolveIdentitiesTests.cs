using Pipeline.Contracts;
using Pipeline.Streaming;
using static Pipeline.Resolver.Tests.Resolving;

namespace Pipeline.Resolver.Tests;

/// <summary>The stage: what goes in as raw JSON and what comes out, on a real Postgres.</summary>
[Collection(nameof(Stores))]
public sealed class ResolveIdentitiesTests(Stores stores) : OnStores(stores)
{
    [Fact]
    public async Task A_message_from_an_unknown_LID_goes_on_at_once_without_a_phone()
    {
        var events = await RunAsync(Message("82399031480511@lid", "A1"));
        var peer = Assert.Single(events).Message.Peer;
        Assert.Equal(("", "82399031480511", Party.Types.Source.None), (peer.Phone, peer.Lid, peer.Source));
    }

    [Fact]
    public async Task A_pair_is_learned_before_the_message_that_states_it_and_known_to_the_next_one()
    {
        var events = await RunAsync(
            Message("82399031480511@lid", "A1", alternate: "972555550101@s.whatsapp.net"),
            Message("82399031480511@lid", "A2"));
        Assert.Equal(
            [EnrichedEvent.BodyOneofCase.MappingLearned, EnrichedEvent.BodyOneofCase.Message, EnrichedEvent.BodyOneofCase.Message],
            events.Select(e => e.BodyCase));
        Assert.Equal([Party.Types.Source.Envelope, Party.Types.Source.Table], events.Skip(1).Select(e => e.Message.Peer.Source));
        Assert.All(events.Skip(1), e => Assert.Equal("+972555550101", e.Message.Peer.Phone));
    }

    [Fact]
    public async Task How_events_are_cut_into_batches_makes_no_difference()
    {
        RawEvent[] events =
        [
            Message("82399031480511@lid", "A1"),
            Mapping("82399031480511@lid", "972555550101@s.whatsapp.net"),
            Message("82399031480511@lid", "A2"),
            Message("82399031480511@lid", "A3", alternate: "972555550199@s.whatsapp.net"),
            Message("82399031480511@lid", "A4"),
        ];
        var atOnce = await RunAsync(events);
        await using (var clean = Database.CreateCommand("TRUNCATE lid_mappings, lid_mapping_history")) await clean.ExecuteNonQueryAsync();
        var oneByOne = new List<EnrichedEvent>();
        var stage = New();
        foreach (var one in events) oneByOne.AddRange(await stage.RunAsync(one));
        Assert.Equal(atOnce, oneByOne);
    }

    [Fact]
    public async Task After_a_crash_between_storing_and_announcing_the_repeated_event_announces_again()
    {
        var teaching = Mapping("82399031480511@lid", "972555550101@s.whatsapp.net");
        var first = await RunAsync(teaching);
        var again = await RunAsync(teaching);
        Assert.Equal(EnrichedEvent.BodyOneofCase.MappingLearned, Assert.Single(first).BodyCase);
        Assert.Equal(first, again);
    }

    [Fact]
    public async Task An_older_contradicting_pair_is_announced_and_does_not_move_the_phone()
    {
        var events = await RunAsync(
            Message("82399031480511@lid", "A1", alternate: "972555550101@s.whatsapp.net", at: 1760000100),
            Message("82399031480511@lid", "A2", alternate: "972555550199@s.whatsapp.net", at: 1760000000),
            Message("82399031480511@lid", "A3", at: 1760000200));
        Assert.Equal(["+972555550101", "+972555550199"], events.Where(e => e.MappingLearned is not null).Select(e => e.MappingLearned.Phone));
        Assert.Equal("+972555550101", events[^1].Message.Peer.Phone);
    }

    [Fact]
    public async Task Two_businesses_never_influence_each_other()
    {
        var events = await RunAsync(
            Message("82399031480511@lid", "A1", alternate: "972555550101@s.whatsapp.net", business: 1),
            Message("82399031480511@lid", "A1", business: 2));
        Assert.Equal("", events[^1].Message.Peer.Phone);
    }

    [Fact]
    public async Task A_phone_address_with_the_digits_of_a_known_LID_is_not_believed()
    {
        var events = await RunAsync(
            Mapping("4915155501234@lid", "972555550101@s.whatsapp.net"),
            Message("4915155501234@s.whatsapp.net", "A1"));
        Assert.Equal("", events[^1].Message.Peer.Phone);
    }

    [Fact]
    public async Task What_another_process_learned_while_it_had_the_partitions_is_known_when_they_come_back()
    {
        var (here, there) = (New(), New());
        Assert.Equal("", Assert.Single(await here.RunAsync(Message("82399031480511@lid", "A1"))).Message.Peer.Phone);
        await there.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net"));
        here.Tenure = new Tenure([0]);
        Assert.Equal("+972555550101", Assert.Single(await here.RunAsync(Message("82399031480511@lid", "A2"))).Message.Peer.Phone);
    }

    [Fact]
    public async Task The_endpoint_is_asked_once_for_an_unknown_LID_and_its_answer_is_kept()
    {
        await using var stub = await EndpointStub.StartAsync();
        stub.Answer = EndpointStub.Phone("+972555550101");
        var stage = New(stub.Patient());
        var events = await stage.RunAsync(Message("82399031480511@lid", "A1"), Message("82399031480511@lid", "A2"));
        Assert.All(events, e => Assert.Equal(Party.Types.Source.Endpoint, e.Message.Peer.Source));
        Assert.Single(stub.Asked);
    }

    [Fact]
    public async Task A_slow_endpoint_does_not_hold_the_batch()
    {
        await using var stub = await EndpointStub.StartAsync();
        stub.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var stage = New(new ResolverOptions { EndpointUrl = stub.Url, EndpointWait = TimeSpan.FromMilliseconds(20) });
        Assert.Equal(Party.Types.Source.None, Assert.Single(await stage.RunAsync(Message("82399031480511@lid", "A1"))).Message.Peer.Source);
    }

    [Fact]
    public async Task What_cannot_be_understood_is_rejected_with_its_reason_and_the_rest_goes_on()
    {
        var broken = Raw("messages.upsert", "messages", """{"key":null}""");
        var outcomes = await New().OutcomesAsync(broken, Message("12025550143@s.whatsapp.net", "A1"));
        Assert.Equal("missing_key", Assert.IsType<Outcome.Reject>(outcomes[0]).Reason);
        Assert.IsType<Outcome.Emit>(outcomes[1]);
    }

    [Fact]
    public async Task A_pair_that_stands_in_an_event_that_is_nonsense_otherwise_is_told_all_the_same()
    {
        var broken = Raw("messages.upsert", "messages", """{"key":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972555550101@s.whatsapp.net","fromMe":false,"id":"A1"},"messageTimestamp":1760000000,"message":5}""");
        var rejected = Assert.IsType<Outcome.Reject>(Assert.Single(await New().OutcomesAsync(broken)));
        Assert.Equal("+972555550101", EnrichedEvent.Parser.ParseFrom(rejected.Records[0].Value).MappingLearned.Phone);
    }

    [Fact]
    public async Task A_record_under_the_key_of_another_business_is_rejected()
    {
        var raw = Message("12025550143@s.whatsapp.net", "A1");
        var outcome = Assert.Single(await New().OutcomesAsync(raw, key: "2"));
        Assert.Equal("wrong_key", Assert.IsType<Outcome.Reject>(outcome).Reason);
    }

    private async Task<List<EnrichedEvent>> RunAsync(params RawEvent[] events) => await New().RunAsync(events);
}
