using Pipeline.Healing.Adopting;
using Pipeline.Servers;

namespace Pipeline.Healing.Tests.Adopting;

/// <summary>What the product had stored of somebody before the older tables were adopted.</summary>
[Collection(PostgresCollection.Name)]
public sealed class BesideLiveTrafficTests(PostgresFixture postgres)
{
    private const string Dana = """
        INSERT INTO leads (id, business_id, phone, name, created_at) VALUES (57, 1, '+972501234567', 'Dana Levi', '2025-01-01Z');
        INSERT INTO contact_identities (business_id, lead_id, channel, external_id) VALUES (1, 57, 'whatsapp', '82399031480511@lid');
        INSERT INTO whatsapp_conversation (id, business_id, customer_wa_id, lead_id, last_message_at) VALUES (1, 1, '972501234567@s.whatsapp.net', 57, '2025-03-01Z');
        INSERT INTO whatsapp_message (business_id, message_id, from_me, from_number, to_number, type, body, created_at) VALUES
          (1, 'A1', false, '972501234567@s.whatsapp.net', '972525550100@s.whatsapp.net', 'text', 'Hi', '2025-03-01Z'),
          (1, 'A2', true, '972525550100@s.whatsapp.net', '972501234567@s.whatsapp.net', 'text', 'Hello', '2025-03-02Z');
        """;

    private const string Live = """
        INSERT INTO whatsapp.business (business_id, next_lead_id) VALUES (1, 100);
        """;

    [Fact]
    public async Task Somebody_whom_live_traffic_brought_keeps_the_number_and_becomes_the_CRMs_lead()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Dana + Live + """
            INSERT INTO whatsapp.person (business_id, lead_id, push_name) VALUES (1, 3, 'dana');
            INSERT INTO whatsapp.contact_identities VALUES (1, 'whatsapp', '82399031480511@lid', 3, 3);
            INSERT INTO whatsapp.whatsapp_conversation (business_id, canonical_key, kind, lead_id, person_id) VALUES (1, 'lead:1:3', 'direct', 3, 3);
            """);

        var report = await shop.AdoptAsync();

        Assert.Equal((0, 1), (report.Created, report.Joined));
        Assert.Equal(["3 crm +972501234567 Dana Levi dana"], await shop.RowsAsync("SELECT lead_id, owner, phone_e164, name, push_name FROM person"));
        Assert.Equal(["lead:1:3 2"], await shop.RowsAsync("SELECT canonical_key, message_count FROM whatsapp_conversation"));
        Assert.Equal(["lead:1:57"], await shop.RowsAsync("SELECT alias FROM conversation_alias"));
        Assert.Equal(["3"], await shop.RowsAsync("SELECT lead_id FROM contact_identities WHERE channel = 'crm' AND external_id = '57'"));
    }

    [Fact]
    public async Task A_number_that_is_somebody_elses_is_not_taken_and_the_lead_is_listed()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Dana + Live + """
            INSERT INTO whatsapp.person (business_id, lead_id, phone_e164, phone_rank) VALUES (1, 57, '+972509999999', 2);
            """);

        var report = await shop.AdoptAsync();

        Assert.Equal("is lead 100 in the product, where 57 is somebody else; its channel crm says 57", Assert.Single(report.Renumbered).What);
        Assert.Equal(["100 +972501234567", "57 +972509999999"], await shop.RowsAsync("SELECT lead_id::text, phone_e164 FROM person ORDER BY 1"));
        Assert.Empty(await shop.RowsAsync("SELECT FROM conversation_alias WHERE alias = 'lead:1:57'"));
        Assert.Equal(["101"], await shop.RowsAsync("SELECT next_lead_id FROM business"));
    }

    [Fact]
    public async Task Somebody_whom_the_product_has_as_two_people_is_left_out_and_listed()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Dana + Live + """
            INSERT INTO whatsapp.person (business_id, lead_id, phone_e164, phone_rank) VALUES (1, 3, '+972501234567', 2), (1, 4, NULL, NULL);
            INSERT INTO whatsapp.contact_identities VALUES (1, 'phone', '+972501234567', 3, 3), (1, 'whatsapp', '82399031480511@lid', 4, 4);
            """);

        var report = await shop.AdoptAsync();

        Assert.Contains("the product has them as 2 people: 3, 4.", Assert.Single(report.LeftOut).What, StringComparison.Ordinal);
        Assert.Equal((2, 0), (report.MessagesLeftOut, report.MessagesWritten));
        Assert.Empty(await shop.RowsAsync("SELECT FROM contact_identities WHERE channel = 'crm'"));
    }

    [Fact]
    public async Task What_an_operator_has_denied_is_left_out_and_listed()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Dana + Live + """
            INSERT INTO whatsapp.denied_pair (business_id, lid, phone_e164, denied, at, event_id) VALUES (1, '82399031480511', '+972501234567', true, now(), gen_random_uuid());
            """);

        var report = await shop.AdoptAsync();

        Assert.Contains("an operator has denied that …11@lid is …67", Assert.Single(report.LeftOut).What, StringComparison.Ordinal);
        Assert.Empty(await shop.RowsAsync("SELECT FROM person"));
    }

    [Fact]
    public async Task A_message_that_live_traffic_has_stored_is_not_doubled_and_the_counters_are_right()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Dana + Live + """
            INSERT INTO whatsapp.person (business_id, lead_id, phone_e164, phone_rank) VALUES (1, 3, '+972501234567', 2);
            INSERT INTO whatsapp.contact_identities VALUES (1, 'phone', '+972501234567', 3, 3);
            INSERT INTO whatsapp.whatsapp_conversation (business_id, canonical_key, kind, lead_id, person_id, message_count, unread_count, last_message_at)
            VALUES (1, 'lead:1:3', 'direct', 3, 3, 2, 2, '2025-03-03Z');
            INSERT INTO whatsapp.whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_source, author_source, type, body, sent_at)
            SELECT 1, id, message_id, 'peer', gen_random_uuid(), false, 'direct', 'direct', 'text', 'live', at
              FROM whatsapp.whatsapp_conversation, (VALUES ('A1', '2025-03-01Z'::timestamptz), ('A3', '2025-03-03Z')) AS m (message_id, at);
            """);

        var report = await shop.AdoptAsync();

        Assert.Equal((1, 1), (report.MessagesWritten, report.MessagesThere));
        Assert.Equal(["A1 live", "A2 Hello", "A3 live"], await shop.RowsAsync("SELECT message_id, body FROM whatsapp_message ORDER BY 1"));
        Assert.Equal(["3 1 True"], await shop.RowsAsync("SELECT message_count, unread_count, last_message_at = '2025-03-03Z' AND last_business_at = '2025-03-02Z' FROM whatsapp_conversation"));
        Assert.Empty(await shop.FaultsAsync());
    }

    [Fact]
    public async Task A_contact_who_is_a_CRMs_lead_gets_the_leads_key_and_the_old_one_goes_on_answering()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Dana + Live + """
            INSERT INTO whatsapp.person (business_id, lead_id, owner, phone_e164, phone_rank) VALUES (1, 3, 'contact', '+972501234567', 2);
            INSERT INTO whatsapp.contact_identities VALUES (1, 'phone', '+972501234567', 3, 3);
            INSERT INTO whatsapp.whatsapp_conversation (business_id, canonical_key, kind, person_id) VALUES (1, 'phone:1:+972501234567', 'direct', 3);
            """);

        await shop.AdoptAsync();

        Assert.Equal(["lead:1:3 3 2"], await shop.RowsAsync("SELECT canonical_key, lead_id, message_count FROM whatsapp_conversation"));
        Assert.Equal(["lead:1:57", "phone:1:+972501234567"], await shop.RowsAsync("SELECT alias FROM conversation_alias ORDER BY 1"));
    }

    [Fact]
    public async Task Messages_of_a_conversation_that_was_merged_meanwhile_go_to_the_one_that_goes_on()
    {
        await using var shop = await Installation.CreateAsync(postgres);
        await shop.RunAsync(Dana + Live);
        await shop.AdoptAsync();
        await shop.RunAsync("""
            INSERT INTO whatsapp.person (business_id, lead_id, owner) VALUES (1, 90, 'crm');
            INSERT INTO whatsapp.whatsapp_conversation (business_id, canonical_key, kind, lead_id, person_id) VALUES (1, 'lead:1:90', 'direct', 90, 90);
            UPDATE whatsapp.person SET merged_into = 90, phone_e164 = NULL WHERE lead_id = 57;
            UPDATE whatsapp.contact_identities SET lead_id = 90;
            UPDATE whatsapp.whatsapp_conversation SET merged_into = (SELECT id FROM whatsapp.whatsapp_conversation WHERE person_id = 90) WHERE person_id = 57;
            UPDATE whatsapp.whatsapp_message SET conversation_id = (SELECT id FROM whatsapp.whatsapp_conversation WHERE person_id = 90);
            INSERT INTO whatsapp_message (business_id, message_id, from_me, from_number, to_number, type, body, created_at)
            VALUES (1, 'A9', false, '972501234567@s.whatsapp.net', '972525550100@s.whatsapp.net', 'text', 'Late', '2025-03-09Z');
            """);

        var report = await shop.AdoptAsync();

        Assert.Equal(1, report.MessagesWritten);
        Assert.Equal(["lead:1:90 3"], await shop.RowsAsync("SELECT c.canonical_key, count(*) FROM whatsapp_message m JOIN whatsapp_conversation c ON c.id = m.conversation_id GROUP BY 1"));
    }
}
