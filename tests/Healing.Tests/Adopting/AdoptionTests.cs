using Pipeline.Healing.Adopting;
using Pipeline.Servers;

namespace Pipeline.Healing.Tests.Adopting;

[Collection(PostgresCollection.Name)]
public sealed class AdoptionTests(PostgresFixture postgres)
{
    // Dana has a lead with her phone; her LID's conversation is a duplicate. Noa has no lead. One group.
    private const string Shop = """
        INSERT INTO leads (id, business_id, phone, name, push_name, created_at) VALUES (57, 1, '972501234567', 'Dana Levi', 'dana', '2025-01-01Z');
        INSERT INTO contact_identities (business_id, lead_id, channel, external_id) VALUES
          (1, 57, 'whatsapp', '972501234567@s.whatsapp.net'), (1, 57, 'whatsapp', '82399031480511@lid');
        INSERT INTO whatsapp_conversation (id, business_id, customer_wa_id, lead_id, last_message_at, is_open) VALUES
          (1, 1, '972501234567@s.whatsapp.net', 57, '2025-03-01Z', true), (2, 1, '82399031480511@lid', NULL, '2025-03-02Z', true),
          (3, 1, '71188022370400@lid', NULL, '2025-03-03Z', false), (4, 1, '120363041967849074@g.us', NULL, '2025-03-04Z', true);
        INSERT INTO whatsapp_message (business_id, message_id, from_me, from_number, to_number, push_name, type, body, status, created_at) VALUES
          (1, 'A1', false, '972501234567@s.whatsapp.net', '972525550100@s.whatsapp.net', 'dana', 'conversation', 'Hi', NULL, '2025-03-01Z'),
          (1, 'A2', true, '972525550100@s.whatsapp.net', '82399031480511@lid', 'shop', 'imageMessage', 'Here', 'READ', '2025-03-02Z'),
          (1, 'A3', false, '82399031480511@lid', '972525550100@s.whatsapp.net', 'dana', 'text', 'Thanks', NULL, '2025-03-02 00:00:01Z'),
          (1, 'A4', false, '71188022370400@lid', '972525550100@s.whatsapp.net', 'noa', 'text', 'Open?', NULL, '2025-03-03Z'),
          (1, 'A5', false, '82399031480511@lid', '120363041967849074@g.us', 'dana', 'text', 'All', NULL, '2025-03-04Z');
        SELECT setval('leads_id_seq', 100), setval('whatsapp_conversation_id_seq', 100);
        """;

    [Fact]
    public async Task Leads_keep_their_ids_and_belong_to_the_CRM()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Shop);

        await shop.AdoptAsync();

        Assert.Equal(
            ["57 crm +972501234567 3 Dana Levi dana", "58 auto - - - -"],
            await shop.RowsAsync("SELECT lead_id, owner, phone_e164, phone_rank, name, push_name FROM person ORDER BY lead_id"));
        Assert.Equal(
            ["crm 57 57", "phone +972501234567 57", "whatsapp 71188022370400@lid 58", "whatsapp 82399031480511@lid 57", "whatsapp 972501234567@s.whatsapp.net 57"],
            await shop.RowsAsync("SELECT channel, external_id, lead_id FROM contact_identities WHERE first_lead_id = lead_id ORDER BY 1, 2"));
        Assert.Equal(["59"], await shop.RowsAsync("SELECT next_lead_id FROM business"));
    }

    [Fact]
    public async Task What_makes_a_person_is_on_record_so_that_the_directory_can_be_made_again()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Shop);

        await shop.AdoptAsync();

        Assert.Equal(
            ["phone +972501234567 crm 57 3", "phone +972501234567 whatsapp 82399031480511@lid 1", "whatsapp 82399031480511@lid crm 57 -"],
            await shop.RowsAsync("SELECT channel, external_id, other_channel, other_id, phone_rank FROM stated_pair ORDER BY 1, 2, 3"));
    }

    [Fact]
    public async Task A_person_is_one_conversation_and_every_former_key_finds_it()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Shop);
        await shop.RunAsync("UPDATE whatsapp_conversation SET canonical_key = 'phone:1:+972501234567' WHERE id = 1");

        await shop.AdoptAsync();

        Assert.Equal(
            ["group:1:120363041967849074 group - - True 1 1", "lead:1:57 direct 57 57 True 3 1", "lead:1:58 direct 58 58 False 1 1"],
            await shop.RowsAsync("SELECT canonical_key, kind, person_id, lead_id, is_open, message_count, unread_count FROM whatsapp_conversation ORDER BY 1"));
        Assert.Contains("phone:1:+972501234567 lead:1:57",
            await shop.RowsAsync("SELECT a.alias, c.canonical_key FROM conversation_alias a JOIN whatsapp_conversation c ON c.id = a.conversation_id ORDER BY 1"));
    }

    [Fact]
    public async Task Messages_are_stored_as_the_Sink_stores_them()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Shop);

        var report = await shop.AdoptAsync();

        Assert.Equal((5, 5, 0), (report.Messages, report.MessagesWritten, report.MessagesThere));
        Assert.Equal(
            [
                "A1 peer +972501234567 - direct 972501234567@s.whatsapp.net direct dana text Hi -",
                "A2 business - 82399031480511 none 82399031480511@lid direct - image Here 4",
                "A3 peer - 82399031480511 none 82399031480511@lid none dana text Thanks -",
                "A4 peer - 71188022370400 none 71188022370400@lid none noa text Open? -",
                "A5 82399031480511 - - none - none dana text All -",
            ],
            await shop.RowsAsync("SELECT message_id, author_key, peer_phone, peer_lid, peer_source, peer_address, author_source, push_name, type, body, status FROM whatsapp_message ORDER BY 1"));
        Assert.Empty(await shop.FaultsAsync());
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Shop);
        await shop.AdoptAsync();
        var before = await shop.DumpAsync();

        var report = await shop.AdoptAsync();

        Assert.False(report.ChangedAnything);
        Assert.Equal(before, await shop.DumpAsync());
    }

    [Fact]
    public async Task A_dry_run_counts_the_same_and_writes_nothing()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Shop);
        await shop.HealAsync();

        var plan = await new Adoption(shop.Older, new AdoptionOptions(shop.Tables with { BatchSize = 1 }), TimeProvider.System).PlanAsync(default);

        Assert.Empty(await shop.DumpAsync());
        var done = await shop.AdoptAsync();
        Assert.Equal(
            (done.Created, done.Joined, done.Identities, done.Conversations, done.Aliases, done.Messages),
            (plan.Created, plan.Joined, plan.Identities, plan.Conversations, plan.Aliases, plan.Messages));
    }

    [Fact]
    public async Task People_without_a_lead_become_contacts_where_leads_are_not_made_by_themselves()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Shop);

        await shop.AdoptAsync(autoLeads: false);

        Assert.Equal(["58 contact"], await shop.RowsAsync("SELECT lead_id, owner FROM person WHERE lead_id <> 57"));
        Assert.Equal(["lid:1:71188022370400 58 -"], await shop.RowsAsync("SELECT canonical_key, person_id, lead_id FROM whatsapp_conversation WHERE person_id = 58"));
    }

    [Fact]
    public async Task Two_businesses_with_the_same_addresses_stay_apart()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Shop);
        await shop.RunAsync("""
            INSERT INTO leads (id, business_id, phone) VALUES (12, 2, '+972501234567');
            INSERT INTO whatsapp_conversation (business_id, customer_wa_id, lead_id) VALUES (2, '972501234567@c.us', 12);
            """);

        await shop.AdoptAsync();

        Assert.Equal(["1 57", "2 12"], await shop.RowsAsync("SELECT business_id, lead_id FROM person WHERE phone_e164 = '+972501234567' ORDER BY 1"));
    }

    [Fact]
    public async Task Tables_that_have_not_been_healed_are_refused()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Shop);

        await Assert.ThrowsAsync<LayoutException>(() => new Adoption(shop.Older, new AdoptionOptions(shop.Tables), TimeProvider.System).ExecuteAsync(default));
    }
}
