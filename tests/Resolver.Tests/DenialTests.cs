using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;
using StackExchange.Redis;
using static Pipeline.Resolver.Tests.Resolving;

namespace Pipeline.Resolver.Tests;

/// <summary>An operator says that a LID and a phone are two people.</summary>
[Collection(nameof(Stores))]
public sealed class DenialTests(Stores stores) : OnStores(stores)
{
    private const string Lid = "82399031480511@lid";
    private const string Digits = "82399031480511";
    private const string Wrong = "+972555550101";
    private const string WrongAddress = "972555550101@s.whatsapp.net";

    private readonly Stores stores = stores;

    [Fact]
    public async Task A_denied_phone_is_the_LIDs_phone_no_more_and_everybody_is_told()
    {
        var resolver = New();
        await resolver.RunAsync(Mapping(Lid, WrongAddress));
        var denied = Denied(Lid, Wrong, at: 1760000100);
        var told = Assert.Single(await resolver.RunAsync(denied));
        Assert.Equal((Digits, Wrong, true, denied.EventId), (told.PairDenied.Lid, told.PairDenied.Phone, told.PairDenied.Denied, told.PairDenied.CauseEventId));
        Assert.Equal(("operator", 1760000100L), (told.Source, told.PairDenied.At.Seconds));
        Assert.Equal("", (await resolver.RunAsync(Message(Lid, "A1")))[0].Message.Peer.Phone);

        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM lid_mappings"));
        Assert.Equal(Wrong, await ScalarAsync("SELECT phone_e164::text FROM lid_mapping_history"));
        Assert.Equal(true, await ScalarAsync($"SELECT denied FROM denied_pair WHERE business_id = 1 AND lid = '{Digits}' AND phone_e164 = '{Wrong}' AND raw_offset = 1"));
    }

    [Fact]
    public async Task On_the_compacted_topic_a_LID_without_a_phone_ends_and_one_with_another_gets_it()
    {
        var resolver = New();
        await resolver.RunAsync(Mapping(Lid, WrongAddress));
        var end = Assert.Single(await RowsAsync(resolver, Denied(Lid, Wrong, at: 1760000100)));
        Assert.Equal(("1|" + Digits, true), (end.Key, end.Value is null));

        await resolver.RunAsync(Mapping(Lid, "972555550102@s.whatsapp.net", receivedAt: 1760000200));
        var row = Assert.Single(await RowsAsync(resolver, Denied(Lid, "+972555550199", at: 1760000300)));
        Assert.Equal("+972555550102", LidMapping.Parser.ParseFrom(row.Value).Phone);
    }

    [Fact]
    public async Task The_next_best_phone_of_the_history_takes_the_place()
    {
        var resolver = New();
        await resolver.RunAsync(Mapping(Lid, "972555550102@s.whatsapp.net"), Mapping(Lid, WrongAddress, receivedAt: 1760000050), Denied(Lid, Wrong, at: 1760000100));
        Assert.Equal("+972555550102", (await resolver.RunAsync(Message(Lid, "A1")))[0].Message.Peer.Phone);
        Assert.Equal("+972555550102", await ScalarAsync("SELECT phone_e164::text FROM lid_mappings"));
        Assert.Equal(Wrong, await ScalarAsync("SELECT phone_e164::text FROM lid_mapping_history"));
    }

    [Fact]
    public async Task A_denied_pair_that_is_stated_again_is_kept_and_nobody_is_told()
    {
        var resolver = New();
        await resolver.RunAsync(Denied(Lid, Wrong, at: 1760000100));
        Assert.Empty(await resolver.RunAsync(Mapping(Lid, WrongAddress, receivedAt: 1760000200)));
        Assert.Equal("", (await resolver.RunAsync(Message(Lid, "A1")))[0].Message.Peer.Phone);
        Assert.Equal(Wrong, await ScalarAsync("SELECT phone_e164::text FROM lid_mapping_history"));
    }

    [Fact]
    public async Task Of_a_message_that_carries_the_pair_only_its_own_address_stays()
    {
        var resolver = New();
        await resolver.RunAsync(Denied(Lid, Wrong, at: 1760000100));
        var byLid = Assert.Single(await resolver.RunAsync(Message(Lid, "A1", alternate: WrongAddress))).Message.Peer;
        Assert.Equal(("", Digits, Lid, Party.Types.Source.None), (byLid.Phone, byLid.Lid, byLid.Address, byLid.Source));
        var byPhone = Assert.Single(await resolver.RunAsync(Message(WrongAddress, "A2", alternate: Lid))).Message.Peer;
        Assert.Equal((Wrong, "", WrongAddress, Party.Types.Source.Direct), (byPhone.Phone, byPhone.Lid, byPhone.Address, byPhone.Source));
    }

    [Fact]
    public async Task Who_quotes_a_denied_phone_is_not_resolved_by_it_though_quotes_are_trusted()
    {
        var options = new ResolverOptions { QuotedAuthor = "trust" };
        var resolver = New(options);
        await resolver.RunAsync(Denied(Lid, Wrong, at: 1760000100));
        Assert.Equal("", Assert.Single(await resolver.RunAsync(Message(Lid, "A1", quoted: WrongAddress))).Message.Peer.Phone);
    }

    [Fact]
    public async Task An_answer_of_the_endpoint_that_states_a_denied_pair_resolves_nobody_and_is_asked_for_less_and_less()
    {
        await using var stub = await EndpointStub.StartAsync();
        stub.Answer = EndpointStub.Phone(Wrong);
        var resolver = New(stub.Patient());
        await resolver.RunAsync(Denied(Lid, Wrong, at: 1760000100));
        Assert.Equal("", Assert.Single(await resolver.RunAsync(Message(Lid, "A1"))).Message.Peer.Phone);
        await resolver.Answers.WriteDownAsync(default);
        Assert.Equal(1, await ScalarAsync("SELECT attempts FROM lid_parked"));
        Assert.Equal("endpoint", await ScalarAsync("SELECT source FROM lid_mapping_history"));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM lid_mappings"));
    }

    [Fact]
    public async Task A_denial_taken_back_gives_the_phone_back_and_tells_what_was_stated_meanwhile()
    {
        var resolver = New();
        await resolver.RunAsync(Denied(Lid, Wrong, at: 1760000100), Mapping(Lid, WrongAddress, receivedAt: 1760000150));
        var told = await resolver.RunAsync(Allowed(Lid, Wrong, at: 1760000200));
        Assert.False(told[0].PairDenied.Denied);
        Assert.Equal((Digits, Wrong, "strong", 1760000150L), (told[1].MappingLearned.Lid, told[1].MappingLearned.Phone, told[1].MappingLearned.Grade, told[1].MappingLearned.SeenAt.Seconds));
        Assert.Equal(Wrong, (await resolver.RunAsync(Message(Lid, "A1")))[0].Message.Peer.Phone);
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM lid_mapping_history"));
        Assert.Equal(false, await ScalarAsync("SELECT denied FROM denied_pair"));
    }

    [Fact]
    public async Task A_denial_that_comes_again_is_told_again_in_the_same_words()
    {
        var denied = Denied(Lid, Wrong, at: 1760000100);
        await New().RunAsync(Mapping(Lid, WrongAddress));
        var told = await New().RunAsync(denied);
        Assert.Equal(told, await New().RunAsync(denied));
    }

    [Fact]
    public async Task An_older_word_that_comes_later_changes_nothing()
    {
        var resolver = New();
        await resolver.RunAsync(Mapping(Lid, WrongAddress), Denied(Lid, Wrong, at: 1760000200));
        Assert.Single(await resolver.RunAsync(Allowed(Lid, Wrong, at: 1760000100)));
        Assert.Equal("", (await resolver.RunAsync(Message(Lid, "A1")))[0].Message.Peer.Phone);
    }

    [Fact]
    public async Task A_denial_holds_after_a_restart_and_for_its_business_only()
    {
        await New().RunAsync(Mapping(Lid, WrongAddress), Mapping(Lid, WrongAddress, business: 2), Denied(Lid, Wrong, at: 1760000100));
        var restarted = New();
        Assert.Equal("", (await restarted.RunAsync(Message(Lid, "A1", alternate: WrongAddress)))[0].Message.Peer.Phone);
        Assert.Equal(Wrong, (await restarted.RunAsync(Message(Lid, "A1", business: 2)))[0].Message.Peer.Phone);
    }

    [Fact]
    public async Task Nobody_reads_the_denied_phone_in_Redis_not_even_who_put_it_there_late()
    {
        var options = new ResolverOptions { RedisKeyPrefix = $"denial:{Guid.NewGuid():n}:", RedisLimit = TimeSpan.FromSeconds(5), WarmUpEntries = 0 };
        var resolver = New(options, stores.Redis.ConnectionString);
        await resolver.RunAsync(Mapping(Lid, WrongAddress));
        var readBefore = await resolver.Postgres.PageAsync(null, 10, default);
        await resolver.RunAsync(Denied(Lid, Wrong, at: 1760000100));
        Assert.True(await resolver.Redis.StoreAsync([.. readBefore.Select(row => KeyValuePair.Create(row.Key, row.Entry))], overwrite: false, default));

        var next = New(options, stores.Redis.ConnectionString);
        Assert.Equal("", (await next.RunAsync(Message(Lid, "A1")))[0].Message.Peer.Phone);
    }

    [Fact]
    public async Task A_denial_while_Redis_is_away_is_not_undone_by_what_stands_there()
    {
        var options = new ResolverOptions { RedisKeyPrefix = $"denial:{Guid.NewGuid():n}:", RedisLimit = TimeSpan.FromSeconds(5), WarmUpEntries = 0 };
        await New(options, stores.Redis.ConnectionString).RunAsync(Mapping(Lid, WrongAddress));
        await New(options, "127.0.0.1:1,connectTimeout=100").RunAsync(Denied(Lid, Wrong, at: 1760000100));
        Assert.Equal("", (await New(options, stores.Redis.ConnectionString).RunAsync(Message(Lid, "A1")))[0].Message.Peer.Phone);
    }

    [Theory]
    [InlineData("pair.denied", """{"lid":"82399031480511"}""", "invalid_pair")]
    [InlineData("pair.denied", """{"lid":"972555550101@s.whatsapp.net","phone":"+972555550101"}""", "invalid_pair")]
    [InlineData("pair.allowed", """{"lid":"82399031480511","phone":"82399031480511@lid"}""", "invalid_pair")]
    [InlineData("pair.denied", "[]", "invalid_pair")]
    [InlineData("pair.denied", "not json", "invalid_json")]
    [InlineData("pair.forgotten", """{"lid":"82399031480511","phone":"+972555550101"}""", "unknown_operator_event")]
    [InlineData("messages.upsert", """{"key":{"remoteJid":"82399031480511@lid","id":"A1"}}""", "unknown_operator_event")]
    public async Task A_word_of_an_operator_that_cannot_be_understood_is_set_aside_with_the_reason(string type, string json, string reason)
    {
        var raw = Raw(type, "", json);
        raw.Source = OperatorEvents.Source;
        Assert.Equal(reason, Assert.IsType<Outcome.Reject>(Assert.Single(await New().OutcomesAsync(raw))).Reason);
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM denied_pair"));
    }

    private static async Task<List<Output>> RowsAsync(Resolving resolver, RawEvent raw) =>
        [.. (await resolver.OutcomesAsync(raw)).OfType<Outcome.Emit>().SelectMany(emit => emit.Records).Where(record => record.Topic == "mappings")];
}
