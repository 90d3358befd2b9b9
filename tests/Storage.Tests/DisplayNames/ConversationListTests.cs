using Xunit;

namespace Pipeline.Storage.Tests.DisplayNames;

[Collection(PostgresCollection.Name)]
public sealed class ConversationListTests(PostgresFixture postgres) : OnDirectory(postgres)
{
    [Fact]
    public async Task Each_name_gives_way_to_a_better_one()
    {
        Assert.Equal("+972 50 123 4567", await NameAsync());
        await ExecuteAsync("INSERT INTO known_name VALUES (7, 'whatsapp', '82399031480511@lid', 'verified', 'Acme Ltd', '2025-10-09Z')");
        Assert.Equal("Acme Ltd", await NameAsync());
        await ExecuteAsync("INSERT INTO known_name VALUES (7, 'phone', '+972501234567', 'contact', 'Dana from the gym', '2025-10-09Z')");
        Assert.Equal("Dana from the gym", await NameAsync());
        await ExecuteAsync("UPDATE person SET push_name = 'Dana' WHERE lead_id = 1");
        Assert.Equal("Dana", await NameAsync());
        await ExecuteAsync("UPDATE person SET name = 'Dana Cohen' WHERE lead_id = 1");
        Assert.Equal("Dana Cohen", await NameAsync());
    }

    [Fact]
    public async Task Of_two_names_of_a_kind_the_newest_is_shown_whichever_address_has_it()
    {
        await ExecuteAsync("""
            INSERT INTO known_name VALUES
              (7, 'phone', '+972501234567', 'contact', 'Old', '2025-10-01Z'), (7, 'whatsapp', '82399031480511@lid', 'contact', 'New', '2025-10-02Z'),
              (7, 'whatsapp', '972501234567@s.whatsapp.net', 'contact', '82399031480511', '2025-10-03Z')
            """);
        Assert.Equal("New", await NameAsync());
    }

    [Theory]
    [InlineData("82399031480511")]
    [InlineData("+82399031480511")]
    [InlineData("~82399031480511")]
    [InlineData("82399031480511@lid")]
    [InlineData("82399031480511:3@lid")]
    [InlineData("\u202a82399-031-480511\u202c")]
    [InlineData("٨٢٣٩٩٠٣١٤٨٠٥١١")]
    [InlineData("WhatsApp 82399031480511")] // her own LID, inside a name
    public async Task A_LID_is_never_shown_at_any_level(string text)
    {
        await ExecuteAsync($"""
            UPDATE person SET name = '{text}', push_name = '{text}', phone_e164 = NULL WHERE lead_id = 1;
            INSERT INTO known_name VALUES (7, 'phone', '+972501234567', 'contact', '{text}', now()), (7, 'phone', '+972501234567', 'verified', '{text}', now());
            """);
        Assert.Equal("Unknown", await NameAsync());
        await ExecuteAsync("UPDATE person SET phone_e164 = '+972501234567' WHERE lead_id = 1");
        Assert.Equal("+972 50 123 4567", await NameAsync());
    }

    [Fact]
    public async Task Who_has_nothing_to_be_shown_is_called_as_it_is_set()
    {
        Assert.Equal("Unknown", await NameAsync(2));
        Assert.Equal("Group", await NameAsync(3));
        await ExecuteAsync("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET pipeline.unknown_name = ''ללא שם''', current_database()); EXECUTE format('ALTER DATABASE %I SET pipeline.unknown_group_name = ''קבוצה''', current_database()); END $$");
        Database.Clear();
        Assert.Equal("ללא שם", await NameAsync(2));
        Assert.Equal("קבוצה", await NameAsync(3));
    }

    [Fact]
    public async Task A_group_is_called_by_its_subject()
    {
        await ExecuteAsync("INSERT INTO known_name VALUES (7, 'whatsapp', '120363000000000001@g.us', 'subject', 'Friday football', now())");
        Assert.Equal("Friday football", await NameAsync(3));
    }

    [Fact]
    public async Task A_contact_is_in_the_list_and_is_no_lead()
    {
        await ExecuteAsync("""
            UPDATE person SET owner = 'contact', push_name = 'Dana' WHERE lead_id = 1;
            UPDATE whatsapp_conversation SET lead_id = NULL, canonical_key = 'phone:7:+972501234567' WHERE id = 1;
            """);
        Assert.Equal(["Dana, NULL, 1"], await ColumnAsync("SELECT concat_ws(', ', display_name, COALESCE(lead_id::text, 'NULL'), person_id) FROM conversation_list WHERE conversation_id = 1"));
    }

    [Fact]
    public async Task A_name_in_another_business_names_nobody_here()
    {
        await ExecuteAsync("INSERT INTO known_name VALUES (8, 'phone', '+972501234567', 'contact', 'Somebody else', now())");
        Assert.Equal("+972 50 123 4567", await NameAsync());
    }

    [Fact]
    public async Task The_columns_of_before_are_where_they_were() => Assert.Equal(
        [
            "business_id", "conversation_id", "canonical_key", "kind", "lead_id", "group_id", "display_name", "phone_e164", "last_message_at", "last_message_from_me", "last_message_type",
            "last_message_body", "message_count", "unread_count", "is_open", "person_id",
        ],
        await ColumnAsync("SELECT attname FROM pg_attribute WHERE attrelid = 'conversation_list'::regclass AND attnum > 0 ORDER BY attnum"));

    [Fact]
    public async Task The_list_needs_nothing_of_the_callers_search_path() =>
        Assert.Equal(["3"], await ColumnAsync("SET search_path = pg_catalog; SELECT count(display_name) FROM whatsapp.conversation_list"));

    private async Task<object?> NameAsync(int conversation = 1) => await ScalarAsync("SELECT display_name FROM conversation_list WHERE conversation_id = $1", conversation);
}
