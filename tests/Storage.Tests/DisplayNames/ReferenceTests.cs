using Xunit;

namespace Pipeline.Storage.Tests.DisplayNames;

/// <summary>A conversation is found by whatever somebody has at hand.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ReferenceTests(PostgresFixture postgres) : OnDirectory(postgres)
{
    [Theory]
    [InlineData("+972501234567")]
    [InlineData("+972-50-123-4567")]
    [InlineData("+972 (0)50 123 4567")]
    [InlineData("\u202a+972 50-123-4567\u202c")]
    [InlineData("00972501234567")]
    [InlineData("972501234567")]
    [InlineData("972501234567@s.whatsapp.net")]
    [InlineData("972501234567:14@s.whatsapp.net")]
    [InlineData("972501234567_1:14@s.whatsapp.net")]
    [InlineData("972501234567@c.us")]
    [InlineData("82399031480511")]
    [InlineData("~82399031480511")]
    [InlineData("82399031480511:3")]
    [InlineData("82399031480511@lid")]
    [InlineData("82399031480511:3@lid")]
    [InlineData(" 82399031480511@LID ")]
    [InlineData("82399031480511@hosted.lid")]
    [InlineData("lead:7:1")]
    [InlineData("050-1234567")] // exactly one person has a phone that ends so
    [InlineData("50 123 4567")]
    [InlineData("1234567")]
    [InlineData("٩٧٢٥٠١٢٣٤٥٦٧")]
    public async Task A_person_is_found_by(string reference) => Assert.Equal(1L, await FindAsync(reference));

    [Theory]
    [InlineData("120363000000000001@g.us", 3L)]
    [InlineData("group:7:120363000000000001", 3L)]
    [InlineData("57102938465720@lid", 2L)]
    public async Task Another_conversation_is_found_by(string reference, long conversation) => Assert.Equal(conversation, await FindAsync(reference));

    [Theory]
    [InlineData("")]
    [InlineData("Dana")]
    [InlineData("234567")] // too few digits to go by
    [InlineData("+501234567")]
    [InlineData("+972501234568")]
    [InlineData("972501234567@lid")] // a phone's digits, said to be a LID
    [InlineData("82399031480511@s.whatsapp.net")] // a LID's digits, said to be a phone
    [InlineData("82399031480511@example.com")]
    [InlineData("lead:7:9")]
    [InlineData("lead:8:1")]
    [InlineData("120363000000000002@g.us")]
    public async Task Nothing_is_found_by(string reference) => Assert.Null(await FindAsync(reference));

    [Fact]
    public async Task A_home_number_is_read_with_the_calling_code_that_is_given_or_set()
    {
        await ExecuteAsync("INSERT INTO person (business_id, lead_id, phone_e164) VALUES (7, 3, '+39501234567'); INSERT INTO contact_identities VALUES (7, 'phone', '+39501234567', 3, 3)");
        Assert.Null(await FindAsync("050-1234567")); // two people have a phone that ends so: never a guess
        Assert.Equal(1L, await ScalarAsync("SELECT conversation_of(7, '050-1234567', '972')"));
        Assert.Equal(1L, await ScalarAsync("SELECT conversation_of(7, '50-1234567', '+972')"));
        Assert.Null(await ScalarAsync("SELECT conversation_of(7, '050-1234567', '44')"));
        Assert.Equal(["1"], await ColumnAsync("SET pipeline.calling_code = '972'; SELECT conversation_of(7, '050-1234567')"));
    }

    [Fact]
    public async Task A_phone_is_found_in_every_way_its_country_spells_it()
    {
        await ExecuteAsync("""
            INSERT INTO person (business_id, lead_id, phone_e164) VALUES (7, 3, '+5531988880012'), (7, 4, '+525550000012'), (7, 5, '+5491155550012');
            INSERT INTO contact_identities SELECT 7, 'phone', phone_e164, lead_id, lead_id FROM person WHERE lead_id > 2;
            INSERT INTO whatsapp_conversation (id, business_id, canonical_key, kind, lead_id, person_id) OVERRIDING SYSTEM VALUE
            SELECT 10 + lead_id, 7, 'lead:7:' || lead_id, 'direct', lead_id, lead_id FROM person WHERE lead_id > 2;
            """);
        Assert.Equal(13L, await FindAsync("+55 31 8888-0012"));
        Assert.Equal(13L, await FindAsync("553188880012@s.whatsapp.net"));
        Assert.Equal(13L, await ScalarAsync("SELECT conversation_of(7, '(031) 8888-0012', '55')"));
        Assert.Equal(14L, await FindAsync("5215550000012"));
        Assert.Equal(15L, await ScalarAsync("SELECT conversation_of(7, '011 15 5555-0012', '54')"));
    }

    [Fact]
    public async Task Digits_that_are_one_persons_phone_and_anothers_LID_are_nobodys()
    {
        await ExecuteAsync("INSERT INTO contact_identities VALUES (7, 'whatsapp', '972501234567@lid', 2, 2)");
        Assert.Null(await FindAsync("972501234567"));
        Assert.Equal(1L, await FindAsync("+972501234567"));
        Assert.Equal(2L, await FindAsync("972501234567@lid"));
    }

    [Fact]
    public async Task A_LID_that_only_the_LID_table_knows_leads_to_its_phone()
    {
        await ExecuteAsync("INSERT INTO lid_mappings VALUES (7, '203914857316042', '+972501234567', 'strong', 'x', now(), now(), gen_random_uuid())");
        Assert.Equal(1L, await FindAsync("203914857316042@lid"));
    }

    [Fact]
    public async Task An_old_key_and_an_absorbed_conversation_lead_to_the_one_that_goes_on()
    {
        await ExecuteAsync("""
            INSERT INTO conversation_alias (business_id, alias, conversation_id) VALUES (7, 'lid:7:57102938465720', 2);
            UPDATE person SET merged_into = 1 WHERE lead_id = 2;
            UPDATE whatsapp_conversation SET merged_into = 1 WHERE id = 2;
            UPDATE contact_identities SET lead_id = 1 WHERE lead_id = 2;
            """);
        foreach (var reference in (string[])["lead:7:2", "lid:7:57102938465720", "57102938465720@lid"]) Assert.Equal(1L, await FindAsync(reference));
    }

    [Fact]
    public async Task A_conversation_from_before_everybody_was_in_the_directory_is_found_by_its_address()
    {
        await ExecuteAsync("INSERT INTO whatsapp_conversation (id, business_id, canonical_key, kind) OVERRIDING SYSTEM VALUE VALUES (9, 7, 'phone:7:+12025550143', 'direct')");
        Assert.Equal(9L, await FindAsync("+1 202-555-0143"));
    }

    [Fact]
    public async Task The_conversations_of_a_business_are_found_by_that_business_alone() =>
        Assert.Null(await ScalarAsync("SELECT conversation_of(8, '+972501234567')"));

    [Fact]
    public async Task The_whole_conversation_comes_in_the_order_of_time()
    {
        await SayAsync(1, 20, "business", "hi");
        await SayAsync(1, 10, "peer", "hello", "push_name = 'Dana'");
        await SayAsync(2, 15, "peer", "elsewhere");
        Assert.Equal(
            ["1 M10 Dana hello", "1 M20 You hi"],
            await ColumnAsync("SELECT concat_ws(' ', conversation_id, message_id, author_name, body) FROM messages_of(7, '050-1234567')"));
        Assert.Empty(await ColumnAsync("SELECT id FROM messages_of(7, '+972501234568')"));
        Assert.Equal(["2"], await ColumnAsync("SET search_path = pg_catalog; SELECT count(*) FROM whatsapp.messages_of(7, '82399031480511:3@lid')"));
    }

    [Fact]
    public async Task What_is_still_to_be_moved_after_a_merge_belongs_to_the_whole()
    {
        await SayAsync(1, 10, "peer", "one");
        await SayAsync(2, 15, "peer", "two");
        await ExecuteAsync("UPDATE person SET merged_into = 1 WHERE lead_id = 2; UPDATE whatsapp_conversation SET merged_into = 1 WHERE id = 2");
        Assert.Equal(["1 one", "1 two"], await ColumnAsync("SELECT concat_ws(' ', conversation_id, body) FROM messages_of(7, 'lead:7:2')"));
    }

    private Task<object?> FindAsync(string reference) => ScalarAsync("SELECT conversation_of(7, $1)", reference);
}
