using Pipeline.Contracts;
using static Pipeline.Resolver.Tests.Resolving;

namespace Pipeline.Resolver.Tests;

/// <summary>The quoted author is not the author: recorded, shown, and used only where an operator says so.</summary>
[Collection(nameof(Stores))]
public sealed class HintTests(Stores stores) : OnStores(stores)
{
    private const string Quoted = "972555550101@s.whatsapp.net";

    private readonly MovableClock clock = new();

    [Fact]
    public async Task A_hint_is_recorded_and_never_used()
    {
        var peer = Assert.Single(await New().RunAsync(Message("82399031480511@lid", "A1", quoted: Quoted))).Message.Peer;
        Assert.Equal(("", Party.Types.Source.None), (peer.Phone, peer.Source));
        Assert.Equal("82399031480511 +972555550101 0@0", await ScalarAsync("SELECT concat_ws(' ', lid, phone_e164, raw_partition || '@' || raw_offset) FROM lid_hint"));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM lid_mappings"));
    }

    [Fact]
    public async Task Seen_again_a_hint_keeps_its_first_event_and_its_time_span_grows()
    {
        await New().RunAsync(
            Message("82399031480511@lid", "A1", at: 1760000100, quoted: Quoted),
            Message("82399031480511@lid", "A2", at: 1760000300, quoted: Quoted));
        await New().RunAsync(Message("82399031480511@lid", "A3", at: 1760000000, quoted: Quoted));
        Assert.Equal("1760000000 1760000300", await ScalarAsync("SELECT concat_ws(' ', extract(epoch FROM first_seen)::bigint, extract(epoch FROM last_seen)::bigint) FROM lid_hint"));
    }

    [Fact]
    public async Task A_new_hint_is_a_reason_to_ask_again_and_a_repeated_one_is_none()
    {
        await using var stub = await EndpointStub.StartAsync();
        var resolving = New(stub.Patient());
        await resolving.RunAsync(Message("82399031480511@lid", "A1"));
        await resolving.Answers.WriteDownAsync(default);
        clock.Move(TimeSpan.FromMinutes(2));
        await resolving.RunAsync(Message("82399031480511@lid", "A2", quoted: Quoted));
        Assert.Equal(1, await resolving.RecheckAsync());
        await resolving.RunAsync(Message("82399031480511@lid", "A3", quoted: Quoted));
        Assert.Equal(0, await resolving.RecheckAsync());
    }

    [Fact]
    public async Task Where_the_operator_trusts_quotes_it_is_the_weakest_evidence_and_marked_as_such()
    {
        var resolving = New(Trusting(1));
        var events = await resolving.RunAsync(Message("82399031480511@lid", "A1", quoted: Quoted), Message("82399031480511@lid", "A2"));
        Assert.Equal(("82399031480511", "+972555550101", "quoted"), (events[0].MappingLearned.Lid, events[0].MappingLearned.Phone, events[0].MappingLearned.Grade));
        Assert.All(events.Skip(1), one => Assert.Equal(("+972555550101", Party.Types.Source.Quoted), (one.Message.Peer.Phone, one.Message.Peer.Source)));

        // Anything else is stronger, however old.
        var corrected = await resolving.RunAsync(Message("82399031480511@lid", "A3", alternate: "972555550199@s.whatsapp.net", at: 1750000000), Message("82399031480511@lid", "A4"));
        Assert.Equal("+972555550199", corrected[^1].Message.Peer.Phone);
        Assert.Equal(Party.Types.Source.Table, corrected[^1].Message.Peer.Source);
    }

    [Fact]
    public async Task A_LID_that_is_known_by_a_quote_only_is_still_asked_for()
    {
        await using var stub = await EndpointStub.StartAsync();
        stub.Answer = EndpointStub.Phone("+972555550199");
        var options = stub.Patient();
        options.Businesses["1"] = "trust";
        var resolving = New(options);
        var events = await resolving.RunAsync(Message("82399031480511@lid", "A1", quoted: Quoted));
        Assert.Equal(("+972555550199", Party.Types.Source.Endpoint), (events[^1].Message.Peer.Phone, events[^1].Message.Peer.Source));
        await resolving.Answers.WriteDownAsync(default);
        Assert.Equal("+972555550199", await ScalarAsync("SELECT phone_e164::text FROM lid_mappings"));
    }

    [Fact]
    public async Task Trust_is_given_business_by_business()
    {
        var events = await New(Trusting(2)).RunAsync(Message("82399031480511@lid", "A1", quoted: Quoted, business: 1), Message("82399031480511@lid", "A1", quoted: Quoted, business: 2));
        Assert.Equal(["", "+972555550101"], events.Where(one => one.Message is not null).Select(one => one.Message.Peer.Phone));
    }

    [Theory]
    [InlineData("17", "trust", true)]
    [InlineData("17", "hint", true)]
    [InlineData("17", "always", false)]
    [InlineData("acme", "trust", false)]
    [InlineData("-3", "trust", false)]
    public void Only_the_number_of_a_business_and_a_known_word_are_a_setting(string business, string word, bool isFine)
    {
        var options = new ResolverOptions();
        options.Businesses[business] = word;
        Assert.Equal(isFine, !options.Validate(new System.ComponentModel.DataAnnotations.ValidationContext(options)).Any());
    }

    private static ResolverOptions Trusting(long business)
    {
        var options = new ResolverOptions();
        options.Businesses[business.ToString()] = "trust";
        return options;
    }

    private Resolving New(ResolverOptions? options = null) => New(options, clock: clock);
}
