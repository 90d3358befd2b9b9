using Pipeline.Contracts;
using Pipeline.Servers;
using Pipeline.Streaming;
using Xunit;
using static Pipeline.ThreadLinker.Tests.Enriched;

namespace Pipeline.ThreadLinker.Tests;

/// <summary>An operator says that a LID and a phone are two people. The Resolver has written the denial down before it announces it.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SplitTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Phone = "+972501234567";
    private const string OtherPhone = "+4915112345678";
    private const string Lid = "82399031480511";
    private const string OtherLid = "70555000111222";

    private Linker linker = null!;

    public async Task InitializeAsync() => linker = new Linker(await postgres.MigratedDatabaseAsync());

    public async Task DisposeAsync()
    {
        await Mission.HoldsAsync(linker.Database);
        await linker.Database.DisposeAsync();
    }

    [Fact]
    public async Task People_who_were_two_before_a_wrong_merge_are_the_same_two_again()
    {
        var before = await linker.LinkAsync(Message("a", Person(Phone), pushName: "Dana"), Message("b", Person(lid: Lid), pushName: "Eli"));
        await StoredAsync(before[0].Conversation, "972501234567@s.whatsapp.net", "Dana");
        await linker.RunAsync(Mapping("m", Lid, Phone, at: 5));

        var split = Assert.Single(await DenyAsync(Lid, Phone)).ConversationSplit;

        Assert.Equal(before[0].Conversation, split.From);
        Assert.Equal(before[1].Conversation, split.Into);
        Assert.Equal(["82399031480511@lid"], split.Addresses);
        Assert.Equal((Lid, Phone), (split.Lid, split.Phone));
        Assert.Equal(["1 +972501234567 Dana -", "2 - Eli -"], await PeopleAsync());
        Assert.Equal(before[0].Conversation, await ConversationOfAsync("c", Person(Phone)));
        Assert.Equal(before[1].Conversation, await ConversationOfAsync("d", Person(lid: Lid)));
        Assert.Equal(0, await linker.CountAsync("conversation_alias"));
        Assert.Equal(0, await linker.CountAsync("whatsapp_conversation WHERE merged_into IS NOT NULL OR split_at IS NULL"));
    }

    [Fact]
    public async Task Whoever_was_never_alone_becomes_a_person_of_his_own()
    {
        var before = await linker.LinkAsync(Message("a", Person(Phone, Lid), pushName: "Dana"));

        var split = Assert.Single(await DenyAsync(Lid, Phone)).ConversationSplit;

        Assert.Equal(before[0].Conversation, split.From);
        Assert.Equal("lead:7:2", split.Into.Key);
        Assert.Equal(["1 +972501234567 Dana -", "2 - - -"], await PeopleAsync());
    }

    [Fact]
    public async Task The_denied_pair_joins_nobody_any_more_however_often_it_is_stated()
    {
        await linker.RunAsync(Message("a", Person(Phone)), Message("b", Person(lid: Lid)), Mapping("m", Lid, Phone, at: 5));
        await DenyAsync(Lid, Phone);

        await linker.RunAsync(Mapping("n", Lid, Phone, at: 200));
        var linked = await linker.LinkAsync(Message("c", Person(Phone, Lid), at: 201), Message("d", Person(Phone, Lid, "972501234567@s.whatsapp.net", Party.Types.Source.Direct), at: 202));

        Assert.Equal(["lead:7:2", "lead:7:1"], linked.Select(one => one.Conversation.Key));
        Assert.Equal(("", Lid), (linked[0].Message.Peer.Phone, linked[0].Message.Peer.Lid));
        Assert.Equal((Phone, ""), (linked[1].Message.Peer.Phone, linked[1].Message.Peer.Lid));
        Assert.Equal(2, await linker.CountAsync("leads WHERE merged_into IS NULL"));
    }

    [Fact]
    public async Task A_pair_that_is_denied_before_anybody_writes_joins_nobody()
    {
        await linker.RunAsync(Mapping("m", Lid, Phone));
        await DenyAsync(Lid, Phone);

        var linked = await linker.LinkAsync(Message("a", Person(Phone)), Message("b", Person(lid: Lid)));

        Assert.NotEqual(linked[0].Conversation, linked[1].Conversation);
    }

    [Fact]
    public async Task Who_is_tied_by_another_pair_too_stays_one_person()
    {
        await linker.RunAsync(Message("a", Person(Phone, Lid)), Mapping("m1", Lid, OtherPhone, at: 1), Mapping("m2", OtherLid, OtherPhone, at: 2), Mapping("m3", OtherLid, Phone, at: 3));

        Assert.Empty(await DenyAsync(Lid, Phone));

        Assert.Equal(1, await linker.CountAsync("leads WHERE merged_into IS NULL"));
    }

    [Fact]
    public async Task Each_part_gets_the_best_phone_of_what_is_left()
    {
        await linker.RunAsync(Message("a", Person(Phone, Lid), at: 1), Message("b", Person(OtherPhone, Lid), at: 9));

        await DenyAsync(Lid, OtherPhone);

        Assert.Equal(["1 +4915112345678 - -", "2 +972501234567 - -"], await PeopleAsync());
    }

    [Fact]
    public async Task Everything_that_had_become_part_of_the_other_goes_along()
    {
        await linker.RunAsync(Message("a", Person(Phone)), Message("b", Person(lid: Lid)), Message("c", Person(lid: OtherLid)), Message("d", Person(OtherPhone)));
        await linker.RunAsync(Mapping("m1", Lid, OtherPhone, at: 1), Mapping("m2", OtherLid, OtherPhone, at: 2), Mapping("wrong", Lid, Phone, at: 3));
        Assert.Equal(1, await linker.CountAsync("leads WHERE merged_into IS NULL"));

        await DenyAsync(Lid, Phone);

        Assert.Equal(2, await linker.CountAsync("leads WHERE merged_into IS NULL"));
        var linked = await linker.LinkAsync(Message("e", Person(lid: Lid)), Message("f", Person(lid: OtherLid)), Message("g", Person(OtherPhone)), Message("h", Person(Phone)));
        Assert.Single(linked.Take(3).Select(one => one.Conversation.Key).Distinct());
        Assert.NotEqual(linked[0].Conversation, linked[3].Conversation);
        Assert.Equal(0, await linker.CountAsync("leads l JOIN leads s ON s.business_id = l.business_id AND s.lead_id = l.merged_into WHERE s.merged_into IS NOT NULL"));
        Assert.Equal(0, await linker.CountAsync("whatsapp_conversation c JOIN whatsapp_conversation s ON s.id = c.merged_into WHERE s.merged_into IS NOT NULL"));
        Assert.Equal(0, await linker.CountAsync("conversation_alias a JOIN whatsapp_conversation c ON c.id = a.conversation_id WHERE c.merged_into IS NOT NULL"));
        Assert.Equal(0, await linker.CountAsync("conversation_alias a JOIN whatsapp_conversation c ON c.business_id = a.business_id AND c.canonical_key = a.alias WHERE c.merged_into IS NULL"));
    }

    [Fact]
    public async Task The_same_denial_again_tells_the_same_and_changes_nothing()
    {
        await linker.RunAsync(Message("a", Person(Phone)), Message("b", Person(lid: Lid)), Mapping("m", Lid, Phone, at: 5));
        var first = await DenyAsync(Lid, Phone);
        var people = await PeopleAsync();

        var again = await linker.LinkAsync(Denial("deny", Lid, Phone));

        Assert.Equal(first, again);
        Assert.Equal(people, await PeopleAsync());
    }

    [Fact]
    public async Task Replaying_everything_after_a_split_changes_nothing()
    {
        EnrichedEvent[] events =
        [
            Message("a", Person(Phone), pushName: "Dana"), Message("b", Person(lid: Lid), pushName: "Eli"), Mapping("m", Lid, Phone, at: 5),
            Message("c", Person(Phone, Lid), at: 6), Denial("deny", Lid, Phone),
        ];
        var linked = await linker.LinkAsync(events[..4]);
        await StoredAsync(linked[0].Conversation, "972501234567@s.whatsapp.net", "Dana");
        await DenyAsync(Lid, Phone);
        var people = await PeopleAsync();

        await linker.RunAsync(events);
        foreach (var one in events) await linker.RunAsync(one);

        Assert.Equal(people, await PeopleAsync());
        Assert.Equal(2, await linker.CountAsync("whatsapp_conversation"));
    }

    [Fact]
    public async Task A_denied_phone_is_told_to_nobody()
    {
        await linker.RunAsync(Message("a", Person(lid: Lid)));
        await DenyAsync(Lid, Phone);

        Assert.Equal([new Outcome.Skip("denied_mapping")], await linker.RunAsync(Mapping("m", Lid, Phone, at: 5)));
    }

    [Fact]
    public async Task A_denial_that_is_taken_back_joins_them_again()
    {
        await linker.RunAsync(Message("a", Person(Phone)), Message("b", Person(lid: Lid)), Mapping("m", Lid, Phone, at: 5));
        await DenyAsync(Lid, Phone);
        await linker.ColumnAsync("UPDATE denied_pair SET denied = false");

        var linked = await linker.LinkAsync(Denial("allow", Lid, Phone, denied: false, at: 101));

        var merged = linked[0].ConversationMerged;
        Assert.Equal(("lead:7:1", "lead:7:2"), (merged.Survivor.Key, merged.Absorbed.Key));
        Assert.Equal((Lid, Phone), (linked[1].PhoneLearned.Lid, linked[1].PhoneLearned.Phone));
        Assert.Equal(1, await linker.CountAsync("leads WHERE merged_into IS NULL"));
        Assert.Equal(["lead:7:2"], await linker.ColumnAsync("SELECT alias FROM conversation_alias"));
    }

    [Fact]
    public async Task The_lead_of_a_CRM_stays_with_what_the_CRM_knows()
    {
        await linker.RunAsync(Message("a", Person(Phone, Lid), pushName: "Dana"));
        await linker.TakeAsync(Lead("crm-1", name: "Eli Bar", lids: Lid));

        await DenyAsync(Lid, Phone);

        Assert.Equal(["1 - Dana Eli Bar", "2 +972501234567 - -"], await PeopleAsync());
    }

    [Theory]
    [InlineData("", Phone)]
    [InlineData(Lid, "501234567")]
    public async Task A_denial_that_says_nothing_is_set_aside(string lid, string phone) =>
        Assert.Equal("bad_denial", Assert.IsType<Outcome.Reject>(Assert.Single(await linker.RunAsync(Denial("x", lid, phone)))).Reason);

    private async Task<IReadOnlyList<LinkedEvent>> DenyAsync(string lid, string phone)
    {
        await linker.ColumnAsync($"INSERT INTO denied_pair VALUES (7, '{lid}', '{phone}', true, '2024-05-01 12:01:40Z', '{IdOf("deny")}')");
        return await linker.LinkAsync(Denial("deny", lid, phone));
    }

    /// <summary>What the Sink does with a message that has a push name.</summary>
    private async Task StoredAsync(Contracts.Conversation conversation, string address, string pushName) => await linker.ColumnAsync($"""
        INSERT INTO whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_source, author_source, type, sent_at, push_name, peer_address)
        VALUES (7, {conversation.ConversationId}, 'm', 'peer', gen_random_uuid(), false, 'none', 'none', 'text', '2024-05-01 12:00:00Z', '{pushName}', '{address}')
        """);

    private async Task<Contracts.Conversation> ConversationOfAsync(string id, Party peer) => Assert.Single(await linker.LinkAsync(Message(id, peer))).Conversation;

    private Task<string[]> PeopleAsync() => linker.ColumnAsync("""
        SELECT lead_id || ' ' || COALESCE(phone_e164, '-') || ' ' || COALESCE(push_name, '-') || ' ' || COALESCE(name, '-') FROM leads WHERE merged_into IS NULL ORDER BY lead_id
        """);
}
