using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Servers;
using Pipeline.Streaming;
using Xunit;
using static Pipeline.ThreadLinker.Tests.Enriched;

namespace Pipeline.ThreadLinker.Tests;

[Collection(PostgresCollection.Name)]
public sealed class LinkConversationsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Phone = "+972501234567";
    private const string OtherPhone = "+4915112345678";
    private const string Lid = "82399031480511";
    private const string LiveLeads = "leads WHERE merged_into IS NULL";

    private Linker linker = null!;

    public async Task InitializeAsync() => linker = new Linker(await postgres.MigratedDatabaseAsync());

    public async Task DisposeAsync()
    {
        await Mission.HoldsAsync(linker.Database);
        await linker.Database.DisposeAsync();
    }

    [Fact]
    public async Task Three_identities_make_one_lead()
    {
        await linker.RunAsync(Message("a", Person(Phone, Lid)));
        await linker.RunAsync(Message("b", Person(Phone)));

        Assert.Equal(1, await linker.CountAsync("leads"));
        Assert.Equal(
            [$"phone {Phone}", "whatsapp 82399031480511@lid", "whatsapp 972501234567@s.whatsapp.net"],
            await linker.ColumnAsync("SELECT channel || ' ' || external_id FROM contact_identities WHERE lead_id = 1 ORDER BY 1"));
    }

    [Fact]
    public async Task A_message_carries_its_conversation_under_the_leads_key()
    {
        var linked = Assert.Single(await linker.LinkAsync(Message("a", Person(Phone))));

        Assert.Equal(IdOf("a"), linked.EventId);
        Assert.Equal(Business, linked.BusinessId);
        Assert.Equal("lead:7:1", linked.Conversation.Key);
        Assert.Equal(1, linked.Conversation.LeadId);
        Assert.Equal("text of a", linked.Message.Text);
        Assert.Equal([$"{linked.Conversation.ConversationId}"], await linker.ColumnAsync("SELECT id FROM whatsapp_conversation WHERE kind = 'direct'"));
    }

    [Fact]
    public async Task The_record_is_keyed_by_business_and_typed()
    {
        var outcomes = await linker.RunAsync(Message("a", Person(Phone), at: 5), Receipt("b", Person(Phone)), Update("c", Person(Phone)));

        Assert.Equal(
            ["whatsapp.message.linked.v1", "whatsapp.receipt.linked.v1", "whatsapp.message-update.linked.v1"],
            outcomes.Cast<Outcome.Emit>().Select(emit => Assert.Single(emit.Records).EventType));
        var record = ((Outcome.Emit)outcomes[0]).Records[0];
        Assert.Equal("7", record.Key);
        Assert.Equal(IdOf("a"), record.EventId);
        Assert.Equal(At(5), record.Time!.Value.UtcDateTime);
    }

    [Fact]
    public async Task A_LID_and_a_phone_that_meet_later_become_one_lead_and_say_so_first()
    {
        var before = await linker.LinkAsync(Message("by lid", Person(lid: Lid)), Message("by phone", Person(Phone)));

        var linked = await linker.LinkAsync(Message("both", Person(Phone, Lid)));

        Assert.Equal(["lead:7:1", "lead:7:2"], before.Select(one => one.Conversation.Key));
        Assert.Equal(2, linked.Count);
        var merge = linked[0].ConversationMerged;
        Assert.Equal("lead:7:2", merge.Survivor.Key);
        Assert.Equal("lead:7:1", merge.Absorbed.Key);
        Assert.Equal(before[0].Conversation, merge.Absorbed);
        Assert.Equal(IdOf("both"), merge.CauseEventId);
        Assert.Equal("lid_and_phone", merge.Evidence);
        Assert.Equal("lead:7:2", linked[1].Conversation.Key);
        Assert.Equal(["2"], await linker.ColumnAsync("SELECT DISTINCT lead_id FROM contact_identities"));
        Assert.Equal(["2"], await linker.ColumnAsync("SELECT merged_into FROM leads WHERE lead_id = 1"));
        Assert.Equal(
            ["lead:7:1 -> lead:7:2"],
            await linker.ColumnAsync("SELECT alias || ' -> ' || canonical_key FROM conversation_alias JOIN whatsapp_conversation ON id = conversation_id"));
    }

    [Fact]
    public async Task Everything_that_follows_from_an_event_says_where_that_lies()
    {
        var position = new RawPosition { Partition = 3, Offset = 1234 };
        EnrichedEvent[] events = [Message("by lid", Person(lid: Lid)), Message("by phone", Person(Phone)), Mapping("m", Lid, Phone), Receipt("r", Person(Phone)), Update("u", Person(Phone))];
        foreach (var one in events) one.Raw = position;

        var linked = await linker.LinkAsync(events);

        Assert.Equal(6, linked.Count);
        Assert.All(linked, one => Assert.Equal(position, one.Raw));
        Assert.Equal(["3@1234"], await linker.ColumnAsync("SELECT raw_partition || '@' || raw_offset FROM lead_merge"));
        Assert.All(await linker.LinkAsync(events[2]), one => Assert.Equal(position, one.Raw));
    }

    [Fact]
    public async Task An_event_of_an_older_version_says_nothing_of_its_position()
    {
        await linker.RunAsync(Message("by lid", Person(lid: Lid)), Message("by phone", Person(Phone)));

        Assert.All(await linker.LinkAsync(Mapping("m", Lid, Phone)), one => Assert.Null(one.Raw));
        Assert.Equal(["null"], await linker.ColumnAsync("SELECT raw_offset FROM lead_merge"));
    }

    [Theory]
    [InlineData("seed")]
    [InlineData("strong")]
    public async Task A_phone_that_was_quoted_gives_way_to_every_statement(string grade)
    {
        await linker.RunAsync(Message("a", Person(lid: Lid)));

        await linker.RunAsync(Mapping("quote", Lid, OtherPhone, at: 9, grade: "quoted"));
        Assert.Equal(["+4915112345678 0"], await linker.ColumnAsync("SELECT phone_e164 || ' ' || phone_rank FROM leads"));
        await linker.RunAsync(Mapping("statement", Lid, Phone, at: 1, grade: grade));

        Assert.Equal([Phone], await linker.ColumnAsync("SELECT phone_e164 FROM leads"));
    }

    [Fact]
    public async Task A_message_resolved_by_a_quote_weighs_as_little_as_a_look_up()
    {
        await linker.RunAsync(Message("a", Person(Phone, Lid, source: Party.Types.Source.Quoted), at: 9));

        Assert.Equal(["0"], await linker.ColumnAsync("SELECT phone_rank FROM leads"));
    }

    [Fact]
    public async Task A_mapping_joins_two_leads()
    {
        await linker.RunAsync(Message("by lid", Person(lid: Lid)), Message("by phone", Person(Phone)));

        var linked = await linker.LinkAsync(Mapping("m", Lid, Phone));

        Assert.Equal("mapping", linked[0].ConversationMerged.Evidence);
        Assert.Equal(1, await linker.CountAsync(LiveLeads));
    }

    [Fact]
    public async Task A_late_phone_is_written_to_the_lead_that_waited_for_it()
    {
        await linker.RunAsync(Message("by lid", Person(lid: Lid)));

        await linker.RunAsync(Mapping("m", Lid, Phone));

        Assert.Equal([Phone], await linker.ColumnAsync("SELECT phone_e164 FROM leads"));
        Assert.Equal("lead:7:1", Assert.Single(await linker.LinkAsync(Message("by phone", Person(Phone)))).Conversation.Key);
    }

    [Fact]
    public async Task A_phone_that_was_stated_is_told_after_what_follows_from_it()
    {
        await linker.RunAsync(Message("by lid", Person(lid: Lid)), Message("by phone", Person(Phone)));

        var linked = await linker.LinkAsync(Mapping("m", Lid, Phone, at: 5));

        Assert.Equal([LinkedEvent.BodyOneofCase.ConversationMerged, LinkedEvent.BodyOneofCase.PhoneLearned], linked.Select(one => one.BodyCase));
        Assert.Equal(new PhoneLearned { Lid = Lid, Phone = Phone, CauseEventId = Mapping("m", Lid, Phone).EventId, At = Timestamp.FromDateTimeOffset(At(5)) }, linked[1].PhoneLearned);
        Assert.Null(linked[1].Conversation);
        Assert.Equal(linked[1], (await linker.LinkAsync(Mapping("m", Lid, Phone, at: 5)))[^1]);
    }

    [Fact]
    public async Task The_phone_of_somebody_who_only_writes_in_groups_is_told_as_well()
    {
        var told = Assert.Single(await linker.LinkAsync(Mapping("m", Lid, Phone)));

        Assert.Equal((Lid, Phone), (told.PhoneLearned.Lid, told.PhoneLearned.Phone));
        Assert.Equal(0, await linker.CountAsync("leads"));
    }

    [Fact]
    public async Task A_mapping_of_nobody_creates_nobody_and_is_not_forgotten()
    {
        await linker.RunAsync(Mapping("m", Lid, Phone));
        Assert.Equal(0, await linker.CountAsync("leads"));

        var first = await linker.LinkAsync(Message("by phone", Person(Phone)));
        var second = await linker.LinkAsync(Message("by lid", Person(lid: Lid)));

        Assert.Equal(first[0].Conversation, second[0].Conversation);
        Assert.Equal(1, await linker.CountAsync("stated_pair"));
    }

    [Fact]
    public async Task A_LID_that_changed_its_phone_before_anybody_wrote_joins_both_phones()
    {
        await linker.RunAsync(Mapping("m1", Lid, Phone, at: 1), Mapping("m2", Lid, OtherPhone, at: 2));
        await linker.RunAsync(Message("a", Person(Phone, source: Party.Types.Source.Direct), at: 0));

        Assert.Equal("lead:7:1", Assert.Single(await linker.LinkAsync(Message("b", Person(OtherPhone, Lid, source: Party.Types.Source.Table)))).Conversation.Key);
        Assert.Equal([OtherPhone], await linker.ColumnAsync("SELECT phone_e164 FROM leads"));
    }

    [Fact]
    public async Task Of_several_phones_the_newest_evidence_is_the_leads_phone_and_all_stay_identities()
    {
        await linker.RunAsync(Message("new", Person(OtherPhone, Lid), at: 100));
        await linker.RunAsync(Message("old", Person(Phone, Lid), at: 50));

        Assert.Equal([OtherPhone], await linker.ColumnAsync("SELECT phone_e164 FROM leads WHERE merged_into IS NULL"));
        Assert.Equal(2, await linker.CountAsync("contact_identities WHERE channel = 'phone'"));
    }

    [Fact]
    public async Task A_phone_from_the_table_says_nothing_new()
    {
        await linker.RunAsync(Mapping("m", Lid, OtherPhone, at: 60));
        await linker.RunAsync(Message("old table", Person(Phone, Lid, source: Party.Types.Source.Table), at: 100));

        Assert.Equal([OtherPhone], await linker.ColumnAsync("SELECT phone_e164 FROM leads"));
    }

    [Fact]
    public async Task A_bulk_observation_does_not_outweigh_a_statement()
    {
        await linker.RunAsync(Message("stated", Person(Phone, Lid), at: 10));
        await linker.RunAsync(Mapping("seed", Lid, OtherPhone, at: 90, grade: "seed"));

        Assert.Equal([Phone], await linker.ColumnAsync("SELECT phone_e164 FROM leads"));
    }

    [Fact]
    public async Task The_push_name_is_the_newest_that_the_person_chose()
    {
        await linker.RunAsync(
            Message("a", Person(Phone), at: 20, pushName: "Dana"),
            Message("b", Person(Phone), at: 10, pushName: "Old name"),
            Message("c", Person(Phone), at: 30, pushName: "The shop", fromMe: true),
            Message("d", Person(Phone, Lid), at: 40, pushName: Lid));

        Assert.Equal(["Dana"], await linker.ColumnAsync("SELECT push_name FROM leads"));
    }

    [Fact]
    public async Task A_note_to_self_is_an_ordinary_conversation()
    {
        var self = Person(Phone);
        self.IsBusiness = true;

        Assert.Equal("lead:7:1", Assert.Single(await linker.LinkAsync(Message("a", self, fromMe: true))).Conversation.Key);
    }

    [Fact]
    public async Task An_address_that_is_not_believed_still_names_one_person()
    {
        var stranger = Person(address: "123456789012345@s.whatsapp.net");

        var linked = await linker.LinkAsync(Message("a", stranger), Message("b", stranger));

        Assert.Equal(linked[0].Conversation, linked[1].Conversation);
        Assert.Equal(["null"], await linker.ColumnAsync("SELECT phone_e164 FROM leads"));
    }

    [Fact]
    public async Task Group_members_do_not_become_leads()
    {
        var linked = await linker.LinkAsync(GroupMessage("a", "120363", Person(Phone)), GroupMessage("b", "120363", Person(lid: Lid)));

        Assert.All(linked, one => Assert.Equal("group:7:120363", one.Conversation.Key));
        Assert.Equal(0, await linker.CountAsync("leads"));
        Assert.Equal(linked[0].Conversation, (await linker.LinkAsync(GroupMessage("c", "120363", Person(Phone))))[0].Conversation);
    }

    [Fact]
    public async Task A_receipt_or_an_update_that_comes_first_makes_the_conversation()
    {
        var linked = await linker.LinkAsync(Receipt("r", Person(Phone)), Update("u", Person(Phone)), Message("a", Person(Phone)));

        Assert.Single(linked.Select(one => one.Conversation).Distinct());
        Assert.Equal(1, await linker.CountAsync("whatsapp_conversation"));
    }

    [Fact]
    public async Task Leads_are_numbered_per_business_in_the_order_of_events()
    {
        var linked = await linker.LinkAsync(
            Message("a", Person("+972500000001")), Message("b", Person("+972500000002"), business: 8),
            Message("c", Person("+972500000003")), Message("d", Person("+972500000001"), business: 8));

        Assert.Equal(["lead:7:1", "lead:8:1", "lead:7:2", "lead:8:2"], linked.Select(one => one.Conversation.Key));
    }

    [Fact]
    public async Task Two_businesses_that_know_the_same_person_never_mix()
    {
        await linker.RunAsync(Message("a", Person(lid: Lid)), Message("b", Person(Phone), business: 8));
        await linker.RunAsync(Message("c", Person(Phone, Lid), business: 8));

        Assert.Equal(["null"], await linker.ColumnAsync("SELECT phone_e164 FROM leads WHERE business_id = 7"));
        Assert.Equal(0, await linker.CountAsync("lead_merge"));
    }

    [Fact]
    public async Task Everything_again_changes_nothing()
    {
        EnrichedEvent[] events =
        [
            Message("a", Person(lid: Lid), at: 1, pushName: "Dana"), Message("b", Person(Phone), at: 2), Mapping("m", Lid, Phone, at: 3),
            Receipt("r", Person(Phone), at: 4), GroupMessage("g", "120363", Person(lid: Lid), at: 5), Mapping("n", "555", OtherPhone, at: 6),
        ];
        await linker.RunAsync(events);
        var before = await EverythingAsync();

        await linker.RunAsync(events);
        foreach (var one in events) await linker.RunAsync(one);

        Assert.Equal(before, await EverythingAsync());
    }

    [Fact]
    public async Task A_batch_that_was_written_but_not_announced_is_announced_again_word_for_word()
    {
        EnrichedEvent[] events =
        [
            Message("a", Person(lid: Lid)), Message("b", Person(Phone)), Message("c", Person(OtherPhone), at: 9),
            Message("ab", Person(Phone, Lid), at: 10), Message("bc", Person(OtherPhone, Lid), at: 11),
        ];
        await linker.RunAsync(events[..3]);
        var first = await linker.LinkAsync(events[3..]);

        var again = await linker.LinkAsync(events[3..]);

        Assert.Equal(first.Where(IsMerge), again.Where(IsMerge));
        Assert.Equal(2, again.Count(IsMerge));
        Assert.Equal(first.Count, again.Count);
    }

    [Fact]
    public async Task A_lead_that_a_CRM_owns_survives()
    {
        await linker.RunAsync(Message("a", Person(Phone)), Message("b", Person(lid: Lid)));
        await linker.ColumnAsync("UPDATE leads SET owner = 'crm' WHERE lead_id = 2");

        await linker.RunAsync(Mapping("m", Lid, Phone));

        Assert.Equal([$"2 {Phone}"], await linker.ColumnAsync("SELECT lead_id || ' ' || phone_e164 FROM leads WHERE merged_into IS NULL"));
    }

    [Fact]
    public async Task A_lead_given_from_outside_is_found_by_its_phone()
    {
        await linker.ColumnAsync($"INSERT INTO business VALUES (7, 6); INSERT INTO leads (business_id, lead_id, phone_e164, name, owner) VALUES (7, 5, '{Phone}', 'Dana', 'crm')");

        Assert.Equal("lead:7:5", Assert.Single(await linker.LinkAsync(Message("a", Person(Phone, Lid)))).Conversation.Key);
        Assert.Equal(2, await linker.CountAsync("contact_identities WHERE lead_id = 5"));
    }

    [Fact]
    public async Task A_lead_that_absorbed_others_is_where_all_of_them_point()
    {
        await linker.RunAsync(Message("a", Person(lid: "111")), Message("b", Person(lid: "222")), Message("c", Person(lid: "333")), Message("d", Person(Phone)));
        await linker.RunAsync(Mapping("m1", "111", OtherPhone, at: 1), Mapping("m2", "222", OtherPhone, at: 2));
        await linker.RunAsync(Mapping("m3", "333", Phone, at: 3));
        await linker.RunAsync(Mapping("m4", "111", Phone, at: 4));

        Assert.Equal(["1"], await linker.ColumnAsync("SELECT DISTINCT merged_into FROM leads WHERE lead_id > 1"));
        Assert.Equal(["1"], await linker.ColumnAsync("SELECT count(DISTINCT merged_into) FROM whatsapp_conversation"));
        Assert.Equal(["lead:7:1"], await linker.ColumnAsync("SELECT DISTINCT canonical_key FROM conversation_alias JOIN whatsapp_conversation ON id = conversation_id"));
        Assert.Equal(3, await linker.CountAsync("conversation_alias"));
    }

    [Theory]
    [InlineData("no_peer_address")]
    [InlineData("bad_phone")]
    [InlineData("bad_event_id")]
    [InlineData("business_mismatch")]
    [InlineData("no_body")]
    [InlineData("no_group_id")]
    [InlineData("no_kind")]
    [InlineData("bad_mapping")]
    [InlineData("address_too_long")]
    public async Task An_event_that_cannot_be_linked_is_set_aside_and_its_neighbours_are_not(string reason)
    {
        var bad = reason switch
        {
            "no_peer_address" => Message("x", new Party()),
            "bad_phone" => Message("x", Person("972501234567")),
            "no_group_id" => GroupMessage("x", "", Person(Phone)),
            "bad_mapping" => Mapping("x", "", Phone),
            "address_too_long" => Message("x", Person(lid: new string('9', 3000))),
            _ => Message("x", Person(Phone)),
        };
        if (reason == "bad_event_id") bad.EventId = "x";
        if (reason == "business_mismatch") bad.BusinessId = -1;
        if (reason == "no_body") bad.ClearBody();
        if (reason == "no_kind") bad.Message.Kind = Contracts.Message.Types.Kind.Unspecified;

        var outcomes = await linker.RunAsync(Message("a", Person(Phone)), bad, Message("b", Person(Phone)));

        Assert.Equal(reason, Assert.IsType<Outcome.Reject>(outcomes[1]).Reason);
        Assert.Equal(2, Linker.Written(outcomes).Count);
    }

    [Fact]
    public async Task A_NUL_or_an_impossible_time_does_not_spoil_a_batch()
    {
        var odd = Message("a", Person(address: "12\0@lid"), pushName: "Da\0na");
        odd.Message.SentAt.Seconds = long.MaxValue;

        Assert.Single(await linker.LinkAsync(odd));

        Assert.Equal(["Da\uFFFDna"], await linker.ColumnAsync("SELECT push_name FROM leads"));
    }

    [Fact]
    public async Task Eight_writers_on_the_same_people_make_one_lead_of_each()
    {
        var people = Enumerable.Range(1, 40).Select(person => ($"+97250000{person:0000}", $"9000{person:000}")).ToArray();
        var random = new Random(4711);
        var writers = Enumerable.Range(0, 8).Select(writer =>
        {
            var events = people.SelectMany(person => (EnrichedEvent[])
            [
                Message($"p{person.Item1}", Person(person.Item1)), Message($"l{person.Item2}", Person(lid: person.Item2)),
                Mapping($"m{person.Item1}", person.Item2, person.Item1), Message($"b{person.Item1}", Person(person.Item1), business: 8),
            ]).ToArray();
            random.Shuffle(events);
            return events.Chunk(16).ToArray();
        }).ToArray();

        await Task.WhenAll(writers.Select(batches => Task.Run(async () =>
        {
            foreach (var batch in batches) await linker.RunAsync(batch);
        })));

        Assert.Equal(40, await linker.CountAsync(LiveLeads + " AND business_id = 7"));
        Assert.Equal(40, await linker.CountAsync(LiveLeads + " AND business_id = 8"));
        Assert.Equal(0, await linker.CountAsync("leads l JOIN leads s ON s.business_id = l.business_id AND s.lead_id = l.merged_into WHERE s.merged_into IS NOT NULL"));
        Assert.Equal(0, await linker.CountAsync("contact_identities i JOIN leads l USING (business_id, lead_id) WHERE l.merged_into IS NOT NULL"));
    }

    private static bool IsMerge(LinkedEvent linked) => linked.ConversationMerged is not null;

    private async Task<string> EverythingAsync() => string.Join('\n', await linker.ColumnAsync("""
        SELECT 'business ' || b::text FROM business b UNION ALL SELECT 'lead ' || l::text FROM leads l
        UNION ALL SELECT 'identity ' || i::text FROM contact_identities i UNION ALL SELECT 'pair ' || p::text FROM stated_pair p
        UNION ALL SELECT 'conversation ' || c::text FROM whatsapp_conversation c UNION ALL SELECT 'alias ' || a::text FROM conversation_alias a
        UNION ALL SELECT 'merge ' || m::text FROM lead_merge m ORDER BY 1
        """));
}
