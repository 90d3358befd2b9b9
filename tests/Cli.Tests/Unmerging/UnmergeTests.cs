using System.Text;
using System.Text.Json;
using Pipeline.Cli.Tests.Explain;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Servers;
using Pipeline.Streaming;

namespace Pipeline.Cli.Tests.Unmerging;

/// <summary>What an operator reads before people are taken apart, and what is written when that is said.</summary>
[Collection(PostgresCollection.Name)]
public sealed class UnmergeTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Lid = "82399031480511";
    private const string Phone = "+972555550101";

    private Explaining tables = null!;

    public async Task InitializeAsync() => tables = new Explaining(await postgres.MigratedDatabaseAsync());

    public async Task DisposeAsync() => await tables.DisposeAsync();

    [Fact]
    public async Task A_conversation_shows_what_holds_its_person_together_and_which_pair_is_a_bridge()
    {
        await StoreMergedPersonAsync();

        Assert.Equal("""
            Business 1, lead 5

            Addresses
                             phone    +972555550101, 0 messages
                             whatsapp 82399031480511@lid, 1 message
                             whatsapp 972555550101@s.whatsapp.net, 2 messages

            phone    +972555550101 = whatsapp 82399031480511@lid
              stated         strong: stated about this very account
                             by key.remoteJidAlt, 2025-10-09T08:05:00Z to 2025-10-09T08:09:00Z
                             event 00000000-0000-5000-8000-000000000003 at whatsapp.raw.v1/3@1236
              denied alone   a BRIDGE: the person comes apart into 2
                             2 messages: +972555550101, 972555550101@s.whatsapp.net
                             1 message: 82399031480511@lid
                             ./pipeline unmerge --business 1 --lid 82399031480511 --phone +972555550101

            Lead 3 became part of it
              because        one event named the LID and the phone together: LID 82399031480511 and +972555550101, 2025-10-09T08:05:00Z
              event          00000000-0000-5000-8000-000000000003 at whatsapp.raw.v1/3@1236

            """, await SayAsync("--conversation", "lead:1:3"), ignoreLineEndingDifferences: true);
        Assert.Equal(await SayAsync("--conversation", "lead:1:5"), await SayAsync("--lead", "3"));
    }

    [Fact]
    public async Task A_pair_shows_who_would_come_apart_and_changes_nothing()
    {
        await StoreMergedPersonAsync();

        Assert.Equal("""
            Business 1: deny that LID 82399031480511 is +972555550101
              stated         strong: stated about this very account
                             by key.remoteJidAlt, 2025-10-09T08:05:00Z to 2025-10-09T08:09:00Z
                             event 00000000-0000-5000-8000-000000000003 at whatsapp.raw.v1/3@1236
              now            one person: lead 5
              effect         lead 5 comes apart into 2

            Part 1, 2 messages
                             phone    +972555550101, 0 messages
                             whatsapp 972555550101@s.whatsapp.net, 2 messages

            Part 2, 1 message
                             whatsapp 82399031480511@lid, 1 message

            Nothing has been changed. With --execute it is said.

            """, await SayAsync("--lid", Lid + "@lid", "--phone", "972555550101@s.whatsapp.net"), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task A_pair_that_is_no_bridge_shows_the_other_way()
    {
        await StoreMergedPersonAsync();
        await tables.StoreAsync($"""
            INSERT INTO contact_identities (business_id, channel, external_id, lead_id, first_lead_id) VALUES (1, 'phone', '+972555550102', 5, 5), (1, 'whatsapp', '82399031480512@lid', 5, 5);
            INSERT INTO stated_pair VALUES (1, 'phone', '+972555550102', 'whatsapp', '{Lid}@lid', 2, at(5)), (1, 'phone', '+972555550102', 'whatsapp', '82399031480512@lid', 2, at(5)),
                                           (1, 'phone', '{Phone}', 'whatsapp', '82399031480512@lid', 2, at(5));
            """);

        Assert.Contains("""
              effect         the person stays one, through:
                             whatsapp 82399031480511@lid
                             phone    +972555550102
                             whatsapp 82399031480512@lid
                             phone    +972555550101
            """, await SayAsync("--lid", Lid, "--phone", Phone));

        // With the other way denied before, this pair is the last one.
        await tables.StoreAsync($"INSERT INTO denied_pair VALUES (1, '{Lid}', '+972555550102', true, at(20), event(20), 3, 1300)");
        Assert.Contains("lead 5 comes apart into 2", await SayAsync("--lid", Lid, "--phone", Phone));
    }

    [Fact]
    public async Task Messages_from_before_addresses_were_kept_count_by_how_their_person_was_found()
    {
        await StoreMergedPersonAsync();
        await tables.StoreAsync("UPDATE whatsapp_message SET peer_address = NULL");
        Assert.Contains("\nPart 2, 1 message\n", await SayAsync("--lid", Lid, "--phone", Phone));
    }

    [Fact]
    public async Task The_answer_can_be_read_by_a_program()
    {
        await StoreMergedPersonAsync();
        var pair = JsonDocument.Parse(await SayAsync("--lid", Lid, "--phone", Phone, "--json")).RootElement;
        Assert.Equal((true, 5, 5, 2), (pair.GetProperty("has_effect").GetBoolean(), pair.GetProperty("lead_of_lid").GetInt32(), pair.GetProperty("lead_of_phone").GetInt32(), pair.GetProperty("parts").GetArrayLength()));
        Assert.Equal(JsonValueKind.Null, pair.GetProperty("event_id").ValueKind);

        var person = JsonDocument.Parse(await SayAsync("--lead", "5", "--json")).RootElement;
        Assert.True(person.GetProperty("ties")[0].GetProperty("is_bridge").GetBoolean());
        Assert.Equal("whatsapp.raw.v1/3@1236", person.GetProperty("ties")[0].GetProperty("stated").GetProperty("position").GetString());
    }

    [Theory]
    [InlineData("--conversation", "lead:1:5")]
    [InlineData("--lead", "5")]
    public async Task Nothing_of_one_business_is_told_to_another(string option, string value)
    {
        await StoreMergedPersonAsync();
        var (code, said, complaint) = await tables.CommandAsync("unmerge", "--business", "2", option, value);
        Assert.Equal((ExitCode.Failed, ""), (code, said));
        Assert.StartsWith("pipeline: Business 2 has no person behind ", complaint);
    }

    [Theory]
    [InlineData(false, OperatorEvents.PairDenied)]
    [InlineData(true, OperatorEvents.PairAllowed)]
    public async Task What_is_said_lies_on_the_raw_topic_and_who_does_not_see_its_effect_is_told(bool isAllowed, string type)
    {
        using var raw = new RawTopic();
        await using var registry = await SchemaRegistryServer.StartAsync(id: 1);

        string[] arguments = ["--business", "1", "--lid", Lid, "--phone", Phone, "--execute", .. isAllowed ? ["--allow"] : Array.Empty<string>(), "--patience", "1"];
        var (code, _, complaint) = await tables.CommandAsync("unmerge", [.. arguments, "--bootstrap-servers", raw.BootstrapServers, "--registry", registry.Url]);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("was written, but the Resolver has not come to it within 1 s.", complaint);

        var kafka = new KafkaOptions { BootstrapServers = raw.BootstrapServers };
        var records = new List<StoredRecord>();
        await foreach (var record in new TopicReader(kafka, new ServiceName("tests")).ReadAsync([new Position(new Topics().Raw.Name, 0, 0)], [new Position(new Topics().Raw.Name, 0, 1)], default)) records.Add(record);
        var written = RawEvent.Parser.ParseFrom(Assert.Single(records).Value.AsSpan(Contracts.WireFormat.FrameLength(records[0].Value)));
        Assert.Equal(("1", "operator", type), (Encoding.UTF8.GetString(records[0].Key!), written.Source, written.EventType));
        Assert.Equal($$"""{"lid":"{{Lid}}","phone":"{{Phone}}"}""", written.Payload.ToStringUtf8());
        Assert.Contains(written.EventId, complaint);
        Assert.Equal(0, written.ReceivedAt.Nanos % 1000);
        Assert.Contains($"  says           LID {Lid} {(isAllowed ? "may be" : "is not")} {Phone}", await tables.ExplainAsync("--business", "1", "--event", "0@0", "--bootstrap-servers", raw.BootstrapServers));
    }

    /// <summary>Dana wrote by LID, Noa by phone; one event said that they are the same, and lead 3 became part of lead 5.</summary>
    private async Task StoreMergedPersonAsync()
    {
        await tables.StorePersonAsync(1, 5, Phone, null);
        await tables.StorePersonAsync(1, 3, null, Lid);
        await tables.StoreAsync($"""
            UPDATE person SET merged_into = 5 WHERE lead_id = 3;
            UPDATE contact_identities SET lead_id = 5;
            INSERT INTO contact_identities (business_id, channel, external_id, lead_id, first_lead_id) VALUES (1, 'whatsapp', '972555550101@s.whatsapp.net', 5, 5);
            UPDATE whatsapp_conversation SET merged_into = 105 WHERE id = 103;
            INSERT INTO conversation_alias VALUES (1, 'lead:1:3', 105);
            INSERT INTO lead_merge (business_id, event_id, absorbed_lead_id, survivor_lead_id, evidence, at, raw_partition, raw_offset, lid, phone_e164)
            VALUES (1, event(3), 3, 5, 'lid_and_phone', at(5), 3, 1236, '{Lid}', '{Phone}');
            INSERT INTO lid_mappings VALUES (1, '{Lid}', '{Phone}', 'strong', 'key.remoteJidAlt', at(5), at(9), event(3), 3, 1236);
            INSERT INTO stated_pair VALUES (1, 'phone', '{Phone}', 'whatsapp', '{Lid}@lid', 2, at(5));
            INSERT INTO whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_phone, peer_lid, peer_source, author_source, type, sent_at, peer_address)
            VALUES (1, 105, 'A1', 'peer', event(3), false, NULL, '{Lid}', 'none', 'none', 'text', at(5), '{Lid}@lid'),
                   (1, 105, 'A2', 'peer', event(4), false, '{Phone}', NULL, 'direct', 'direct', 'text', at(6), '972555550101@s.whatsapp.net'),
                   (1, 105, 'A3', 'business', event(5), true, '{Phone}', NULL, 'direct', 'none', 'text', at(7), '972555550101@s.whatsapp.net');
            """);
    }

    private async Task<string> SayAsync(params string[] arguments)
    {
        var (code, said, complaint) = await tables.CommandAsync("unmerge", ["--business", "1", .. arguments]);
        Assert.True(code == ExitCode.Ok, complaint);
        return said;
    }
}
