using Pipeline.Servers;

namespace Pipeline.Cli.Tests.Explain;

/// <summary>What an operator reads, word for word.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ExplainTextTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Lid = "82399031480511";
    private const string Phone = "+972555550101";

    private Explaining explain = null!;

    public async Task InitializeAsync() => explain = new Explaining(await postgres.MigratedDatabaseAsync());

    public async Task DisposeAsync() => await explain.DisposeAsync();

    [Fact]
    public async Task A_message_tells_who_wrote_it_and_how_that_is_known()
    {
        await StoreMergedPersonAsync();

        Assert.Equal("""
            Business 1, message 3EB0A1

            Message 3EB0A1
              sent           2025-10-09T08:05:00Z
              direction      received
              kind           direct
              type           text
              status         READ
              conversation   lead:1:5 (conversation 105)
              peer           phone +972555550101, LID 82399031480511
                             envelope: the same event carried the phone beside the LID, in key.remoteJidAlt
              author         the peer
              event          00000000-0000-5000-8000-000000000003 at whatsapp.raw.v1/3@1236

            LID 82399031480511
              phone          +972555550101
                             strong: stated about this very account
                             stated by key.remoteJidAlt, 2025-10-09T08:05:00Z to 2025-10-09T08:09:00Z
                             event 00000000-0000-5000-8000-000000000003 at whatsapp.raw.v1/3@1236

            Person: lead 5
              phone          +972555550101: an event stated it, 2025-10-09T08:05:00Z
              name           Dana (chosen by the person, 2025-10-09T08:06:00Z)
              owner          auto: made by the pipeline when the person first appeared
              identities     phone    +972555550101
                             whatsapp 82399031480511@lid
              merged into it lead 3: one event named the LID and the phone together, 2025-10-09T08:05:00Z
                             event 00000000-0000-5000-8000-000000000003 at whatsapp.raw.v1/3@1236

            Conversation 105
              key            lead:1:5
              with           lead 5
              messages       3, 1 unread, the newest 2025-10-09T08:10:00Z
              merged into it conversation 103
              old keys       lead:1:3

            """, await explain.ExplainAsync("--business", "1", "--message", "3EB0A1"), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task Texts_are_shown_only_when_they_are_asked_for()
    {
        await StoreMergedPersonAsync();

        Assert.DoesNotContain("Friday", await explain.ExplainAsync("--business", "1", "--message", "3EB0A1"));
        Assert.DoesNotContain("Friday", await explain.ExplainAsync("--business", "1", "--message", "3EB0A1", "--json"));
        Assert.Contains("  text           Are you open\n                 on Friday?\n", await explain.ExplainAsync("--business", "1", "--message", "3EB0A1", "--text"));
    }

    [Fact]
    public async Task A_group_message_of_somebody_unknown_tells_what_is_tried()
    {
        await explain.StoreAsync($"""
            INSERT INTO business VALUES (1, 1);
            INSERT INTO whatsapp_conversation (id, business_id, canonical_key, kind, group_id, message_count) OVERRIDING SYSTEM VALUE VALUES (7, 1, 'group:1:120363', 'group', '120363', 1);
            INSERT INTO whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_source, author_lid, author_source, type, sent_at, raw_partition, raw_offset)
            VALUES (1, 7, '3EB0A2', '{Lid}', event(1), false, 'none', '{Lid}', 'none', 'image', at(0), 3, 1234);
            INSERT INTO lid_parked VALUES (1, '{Lid}', 'baileys', 'business_1', event(1), 3, 1234, at(1), 2, at(61), at(421));
            INSERT INTO lid_hint VALUES (1, '{Lid}', '{Phone}', at(0), at(3), event(2), 3, 1240);
            """);

        Assert.Equal("""
            Business 1, message 3EB0A2

            Message 3EB0A2
              sent           2025-10-09T08:00:00Z
              direction      received
              kind           group
              type           image
              conversation   group:1:120363 (conversation 7)
              author         phone not known, LID 82399031480511
                             none: nobody knew the phone when the message passed
              event          00000000-0000-5000-8000-000000000001 at whatsapp.raw.v1/3@1234

            LID 82399031480511
              phone          not known: nothing that was received has stated it
              parked         since 2025-10-09T08:01:00Z: session business_1 of baileys is asked again from time to time, where a resolve endpoint is set
                             2 questions ended with “unknown”, the last at 2025-10-09T09:01:00Z
                             next question due 2025-10-09T15:01:00Z
                             first named by event 00000000-0000-5000-8000-000000000001 at whatsapp.raw.v1/3@1234
              hint           a message of it quoted +972555550101, 2025-10-09T08:00:00Z to 2025-10-09T08:03:00Z
                             event 00000000-0000-5000-8000-000000000002 at whatsapp.raw.v1/3@1240
                             Hints are never used as a phone: the sender's own program fills them in.
                             (A business that is set to trust quotes has them in the table instead, as quoted.)

            Conversation 7
              key            group:1:120363
              with           group 120363
              messages       1, 0 unread

            """, await explain.ExplainAsync("--business", "1", "--message", "3EB0A2"), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task A_LID_tells_every_phone_that_was_stated_for_it_and_why_each_but_one_gave_way()
    {
        await explain.StoreAsync($"""
            INSERT INTO lid_mappings VALUES (1, '{Lid}', '{Phone}', 'strong', 'key.remoteJidAlt', at(0), at(60), event(1), 3, 10);
            INSERT INTO lid_mappings VALUES (1, '70192837465012', '{Phone}', 'seed', 'lidPnMappings', at(0), at(0), event(2), 3, 11);
            INSERT INTO lid_mapping_history VALUES
              (1, '{Lid}', '+972555550102', 'strong', 'senderPn', at(-60), at(30), event(3), 3, 12),
              (1, '{Lid}', '+972555550103', 'seed', 'endpoint', at(90), at(90), event(4), NULL, NULL),
              (1, '{Lid}', '+972555550100', 'strong', 'participantPn', at(60), at(60), event(5), 3, 13),
              (1, '{Lid}', '+972555550104', 'quoted', 'contextInfo.participant', at(95), at(95), event(6), 3, 14);
            """);

        Assert.Equal("""
            Business 1, lid 82399031480511:14@lid, understood as 82399031480511

            LID 82399031480511
              phone          +972555550101
                             strong: stated about this very account
                             stated by key.remoteJidAlt, 2025-10-09T08:00:00Z to 2025-10-09T09:00:00Z
                             event 00000000-0000-5000-8000-000000000001 at whatsapp.raw.v1/3@10
              same phone     has also LID 70192837465012
              conflict       +972555550104 was stated too; it gave way: weaker
                             quoted: somebody with this phone was quoted, and this business is set to trust that
                             stated by contextInfo.participant, 2025-10-09T09:35:00Z
                             event 00000000-0000-5000-8000-000000000006 at whatsapp.raw.v1/3@14
              conflict       +972555550103 was stated too; it gave way: weaker
                             seed: a bulk observation, or an answer of the endpoint
                             answered by the endpoint, 2025-10-09T09:30:00Z
                             asked because of event 00000000-0000-5000-8000-000000000004
              conflict       +972555550100 was stated too; it gave way: stated at the same time, and of two the greater number stands
                             strong: stated about this very account
                             stated by participantPn, 2025-10-09T09:00:00Z
                             event 00000000-0000-5000-8000-000000000005 at whatsapp.raw.v1/3@13
              conflict       +972555550102 was stated too; it gave way: older
                             strong: stated about this very account
                             stated by senderPn, 2025-10-09T07:00:00Z to 2025-10-09T08:30:00Z
                             event 00000000-0000-5000-8000-000000000003 at whatsapp.raw.v1/3@12

            """, await explain.ExplainAsync("--business", "1", "--lid", $"{Lid}:14@lid"), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task An_address_of_the_business_itself_is_named_as_such()
    {
        await explain.StoreAsync($"""
            INSERT INTO own_address VALUES (1, 'business_1', '{Lid}@lid', at(0), event(1), 3, 0), (1, 'business_1', '5215550000200@s.whatsapp.net', at(0), event(1), 3, 0);
            INSERT INTO lid_mappings VALUES (1, '{Lid}', '+525550000200', 'strong', 'key.participantAlt', at(0), at(0), event(2), 3, 1);
            """);

        Assert.Equal("""
            Business 1, lid 82399031480511

            This is the business itself
              address        82399031480511@lid
              session        business_1
              current since  2025-10-09T08:00:00Z
              event          00000000-0000-5000-8000-000000000001 at whatsapp.raw.v1/3@0

            LID 82399031480511
              whose          the business itself
              phone          +525550000200
                             strong: stated about this very account
                             stated by key.participantAlt, 2025-10-09T08:00:00Z
                             event 00000000-0000-5000-8000-000000000002 at whatsapp.raw.v1/3@1

            """, await explain.ExplainAsync("--business", "1", "--lid", Lid), ignoreLineEndingDifferences: true);
        // The session spells its phone in the old Mexican way.
        Assert.Contains("This is the business itself", await explain.ExplainAsync("--business", "1", "--phone", "+525550000200"));
    }

    [Fact]
    public async Task A_phone_tells_the_person_and_every_LID_that_has_to_do_with_it()
    {
        await explain.StorePersonAsync(1, 5, "+972501234567", null);
        await explain.StoreAsync($"""
            UPDATE leads SET name = 'Dana Levi', owner = 'crm', phone_rank = NULL, phone_at = NULL;
            INSERT INTO lid_hint VALUES (1, '{Lid}', '+972501234567', at(0), at(0), event(2), 3, 1240);
            """);

        Assert.Equal("""
            Business 1, phone 050-123-4567, understood as +972501234567

            LID 82399031480511
              phone          not known: nothing that was received has stated it
              hint           a message of it quoted +972501234567, 2025-10-09T08:00:00Z
                             event 00000000-0000-5000-8000-000000000002 at whatsapp.raw.v1/3@1240
                             Hints are never used as a phone: the sender's own program fills them in.
                             (A business that is set to trust quotes has them in the table instead, as quoted.)

            Person: lead 5
              phone          +972501234567: given from outside
              name           Dana Levi (given from outside)
                             Dana (chosen by the person, 2025-10-09T08:06:00Z)
              owner          crm: given from outside
              identities     phone    +972501234567

            Conversation 105
              key            lead:1:5
              with           lead 5
              messages       3, 1 unread, the newest 2025-10-09T08:10:00Z

            """, await explain.ExplainAsync("--business", "1", "--phone", "050-123-4567", "--region", "il"), ignoreLineEndingDifferences: true);
    }

    [Theory]
    [InlineData("+972501234567")]
    [InlineData("972501234567")]
    [InlineData("+972 50-123-4567")]
    [InlineData("972501234567:14@s.whatsapp.net")]
    public async Task A_phone_is_understood_in_every_international_form(string phone)
    {
        await explain.StorePersonAsync(1, 5, "+972501234567", null);

        Assert.Contains("Person: lead 5\n", await explain.ExplainAsync("--business", "1", "--phone", phone));
    }

    [Theory]
    [InlineData("lead:1:5")]
    [InlineData("105")]
    [InlineData("lead:1:3")]
    [InlineData("103")]
    public async Task A_conversation_is_found_by_its_key_an_old_key_and_every_number_it_ever_had(string key)
    {
        await StoreMergedPersonAsync();

        var said = await explain.ExplainAsync("--business", "1", "--conversation", key);

        Assert.EndsWith("""

            Conversation 105
              key            lead:1:5
              with           lead 5
              messages       3, 1 unread, the newest 2025-10-09T08:10:00Z
              merged into it conversation 103
              old keys       lead:1:3

            """, said);
        Assert.Equal(key is "lead:1:3" or "103", said.Contains("\nThat conversation ended: it is part of conversation 105 now.\n"));
    }

    [Fact]
    public async Task A_pair_of_somebody_who_has_not_written_is_told_as_such()
    {
        await explain.StoreAsync($"INSERT INTO stated_pair VALUES (1, 'phone', '{Phone}', 'whatsapp', '{Lid}@lid', 1, at(0))");

        Assert.Equal($"""
            Business 1, phone {Phone}

            Nobody has written from it yet
              pair           LID {Lid} and {Phone} will be one person: a bulk observation, or an answer of the endpoint, 2025-10-09T08:00:00Z

            """, await explain.ExplainAsync("--business", "1", "--phone", Phone), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task A_message_id_that_two_people_chose_is_explained_for_both()
    {
        await explain.StorePersonAsync(1, 5, Phone, null);
        await explain.StorePersonAsync(1, 6, "+972555550102", null, name: "Noa");
        await explain.StoreAsync("""
            INSERT INTO whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_phone, peer_source, author_source, type, sent_at)
            VALUES (1, 105, 'A1', 'peer', event(1), false, '+972555550101', 'direct', 'direct', 'text', at(0)), (1, 106, 'A1', 'business', event(2), true, '+972555550102', 'direct', 'none', 'text', at(1));
            """);

        var said = await explain.ExplainAsync("--business", "1", "--message", "A1");

        Assert.Equal(2, said.Split("Message A1\n").Length - 1);
        Assert.Contains("Person: lead 5\n", said);
        Assert.Contains("Person: lead 6\n", said);
        Assert.Contains("author         the business itself\n", said);
    }

    [Theory]
    [InlineData("--message", "3EB0A1")]
    [InlineData("--lid", Lid)]
    [InlineData("--phone", Phone)]
    [InlineData("--conversation", "lead:1:5")]
    [InlineData("--conversation", "lead:1:3")]
    [InlineData("--conversation", "105")]
    public async Task Nothing_of_one_business_is_told_to_another(string option, string value)
    {
        await StoreMergedPersonAsync();

        var (code, said, complaint) = await explain.RunAsync("--business", "2", option, value);

        Assert.Equal((ExitCode.Failed, ""), (code, said));
        Assert.StartsWith($"pipeline: Business 2 has nothing about {option[2..]} {value}.\n", complaint);
    }

    [Fact]
    public async Task A_name_cannot_move_the_cursor()
    {
        await explain.StorePersonAsync(1, 5, Phone, null, name: "\u001b[2JDana\r\nforged");

        Assert.Contains("name           [2JDanaforged (chosen", (await explain.ExplainAsync("--business", "1", "--phone", Phone)).ReplaceLineEndings("\n"));
    }

    /// <summary>Dana wrote by LID first, then by phone; lead 3 became part of lead 5.</summary>
    private async Task StoreMergedPersonAsync()
    {
        await explain.StorePersonAsync(1, 5, Phone, null);
        await explain.StorePersonAsync(1, 3, null, Lid);
        await explain.StoreAsync($"""
            UPDATE leads SET merged_into = 5 WHERE lead_id = 3;
            UPDATE contact_identities SET lead_id = 5;
            UPDATE whatsapp_conversation SET merged_into = 105 WHERE id = 103;
            INSERT INTO conversation_alias VALUES (1, 'lead:1:3', 105);
            INSERT INTO lead_merge VALUES (1, event(3), 3, 5, 'lid_and_phone', at(5), 3, 1236);
            INSERT INTO lid_mappings VALUES (1, '{Lid}', '{Phone}', 'strong', 'key.remoteJidAlt', at(5), at(9), event(3), 3, 1236);
            INSERT INTO whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_phone, peer_lid, peer_source, peer_field,
                                          author_phone, author_lid, author_source, author_field, type, body, status, sent_at, raw_partition, raw_offset)
            VALUES (1, 105, '3EB0A1', 'peer', event(3), false, '{Phone}', '{Lid}', 'envelope', 'key.remoteJidAlt', '{Phone}', '{Lid}', 'envelope', 'key.remoteJidAlt',
                    'text', E'Are you open\non Friday?', 4, at(5), 3, 1236);
            """);
    }
}
