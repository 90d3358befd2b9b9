using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Servers;
using Pipeline.Streaming;
using Pipeline.ThreadLinker;

namespace Pipeline.Healing.Tests.Adopting;

/// <summary>What the ThreadLinker makes of messages that come after the older tables were adopted.</summary>
[Collection(PostgresCollection.Name)]
public sealed class LiveMessageTests(PostgresFixture postgres)
{
    private const string Dana = """
        INSERT INTO leads (id, business_id, phone, name) VALUES (57, 1, '972501234567', 'Dana Levi');
        INSERT INTO whatsapp_conversation (business_id, customer_wa_id, lead_id, last_message_at) VALUES
          (1, '972501234567@s.whatsapp.net', 57, '2025-03-01Z'), (1, '82399031480511@lid', NULL, '2025-03-02Z'), (1, '120363041967849074@g.us', NULL, NULL);
        """;

    private const string OnePair = "INSERT INTO older.pipeline_backfill_mapping (business_id, lid, phone_e164, source) VALUES (1, '82399031480511', '+972501234567', 'test');";

    [Theory]
    [InlineData("+972501234567", "", "972501234567@s.whatsapp.net")]
    [InlineData("", "82399031480511", "82399031480511@lid")]
    public async Task A_live_message_goes_on_in_the_adopted_conversation(string phone, string lid, string address)
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Dana);
        await Bookkeeping.CreateAsync(shop.Older, default);
        await shop.RunAsync(OnePair);
        await shop.AdoptAsync();

        var linked = await LinkAsync(shop, new Party { Phone = phone, Lid = lid, Address = address }, "");

        Assert.Equal(("lead:1:57", 57), (linked.Conversation.Key, linked.Conversation.LeadId));
        Assert.Equal(["57"], await shop.RowsAsync("SELECT lead_id FROM person"));
    }

    [Fact]
    public async Task A_live_message_of_an_adopted_group_goes_on_there()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Dana);
        await shop.AdoptAsync();

        var linked = await LinkAsync(shop, new Party { Lid = "71188022370400", Address = "71188022370400@lid" }, "120363041967849074");

        Assert.Equal("group:1:120363041967849074", linked.Conversation.Key);
        Assert.Equal(["1"], await shop.RowsAsync("SELECT count(*) FROM whatsapp_conversation WHERE kind = 'group'"));
    }

    [Fact]
    public async Task Somebody_new_gets_a_number_above_every_lead_of_the_CRM()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Dana);
        await shop.AdoptAsync();

        var linked = await LinkAsync(shop, new Party { Phone = "+972507777777", Address = "972507777777@s.whatsapp.net", Source = Party.Types.Source.Direct }, "");

        Assert.True(linked.Conversation.LeadId > 57);
    }

    private static async Task<LinkedEvent> LinkAsync(Installation shop, Party author, string group)
    {
        var options = new LeadOptions();
        var stage = new LinkConversations(new PeopleDirectory(shop.Product, options), new LinkedRecords(new OutputTopic<LinkedEvent>(new Topics().Linked, value => value.ToByteArray())));
        var at = Timestamp.FromDateTime(new DateTime(2025, 5, 1, 0, 0, 0, DateTimeKind.Utc));
        var message = new EnrichedEvent
        {
            EventId = "6f1d7a52-3c0e-4b1a-9d4e-2f6c8a7b9e10",
            BusinessId = 1,
            ReceivedAt = at,
            Message = new Message
            {
                MessageId = "L1",
                Kind = group.Length > 0 ? Message.Types.Kind.Group : Message.Types.Kind.Direct,
                GroupId = group,
                Peer = group.Length > 0 ? null : author,
                Author = author,
                Type = "text",
                Text = "And now?",
                SentAt = at,
            },
        };
        var input = new Input<EnrichedEvent>(message, Topics.KeyOf(1), new Position("whatsapp.enriched.v1", 0, 0), DateTimeOffset.UnixEpoch, null);
        var outcomes = await stage.RunAsync(new Batch<EnrichedEvent>([input], [new Position("whatsapp.enriched.v1", 0, 1)]), default);
        return LinkedEvent.Parser.ParseFrom(Assert.IsType<Outcome.Emit>(Assert.Single(outcomes)).Records[^1].Value);
    }
}
