using Pipeline.Contracts;
using Pipeline.Servers;
using Pipeline.Streaming;
using Xunit;
using static Pipeline.ThreadLinker.Tests.Enriched;

namespace Pipeline.ThreadLinker.Tests;

/// <summary>Leads that a CRM gives, on the topic <c>leads</c>.</summary>
[Collection(PostgresCollection.Name)]
public sealed class TakeLeadsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Phone = "+972501234567";
    private const string OtherPhone = "+4915112345678";
    private const string Lid = "82399031480511";

    private Linker linker = null!;

    public async Task InitializeAsync() => linker = new Linker(await postgres.MigratedDatabaseAsync(), new LeadOptions { Region = "IL" });

    public async Task DisposeAsync() => await linker.Database.DisposeAsync();

    [Fact]
    public async Task A_lead_is_found_by_its_phone_when_it_writes()
    {
        await linker.TakeAsync(Lead("crm-1", Phone, "Dana Levi"));

        var linked = Assert.Single(await linker.LinkAsync(Message("a", Person(Phone, Lid), pushName: "dana")));

        Assert.Equal("lead:7:1", linked.Conversation.Key);
        Assert.Equal(["1 crm +972501234567 3 Dana Levi dana"], await LeadsAsync());
    }

    [Fact]
    public async Task A_phone_may_be_written_as_people_write_it()
    {
        await linker.TakeAsync(Lead("crm-1", "050-123-4567"), Lead("crm-2", "0151 12345678", region: "DE"));

        Assert.Equal([Phone, OtherPhone], await linker.ColumnAsync("SELECT phone_e164 FROM leads ORDER BY lead_id"));
    }

    [Fact]
    public async Task A_lead_that_the_product_has_created_becomes_the_CRMs_and_keeps_its_conversation()
    {
        var before = Assert.Single(await linker.LinkAsync(Message("a", Person(Phone)))).Conversation;

        Assert.IsType<Outcome.Skip>(Assert.Single(await linker.TakeAsync(Lead("crm-1", Phone, "Dana Levi"))));

        Assert.Equal(["1 crm +972501234567 3 Dana Levi -"], await LeadsAsync());
        Assert.Equal(before, Assert.Single(await linker.LinkAsync(Message("b", Person(Phone)))).Conversation);
    }

    [Fact]
    public async Task A_CRM_that_knows_the_LID_joins_what_was_split_and_its_lead_survives()
    {
        await linker.RunAsync(Message("a", Person(Phone)), Message("b", Person(lid: Lid)));

        var merged = Assert.Single(Linker.Written(await linker.TakeAsync(Lead("crm-1", Phone, lids: Lid + "@lid")))).ConversationMerged;

        Assert.Equal(("lead:7:1", "lead:7:2", "crm"), (merged.Survivor.Key, merged.Absorbed.Key, merged.Evidence));
        Assert.Equal(1, await linker.CountAsync("leads WHERE merged_into IS NULL"));
    }

    [Fact]
    public async Task The_CRMs_phone_outranks_what_WhatsApp_states_later()
    {
        await linker.TakeAsync(Lead("crm-1", Phone, lids: Lid));
        await linker.RunAsync(Mapping("m", Lid, OtherPhone, at: 500));

        Assert.Equal(["1 crm +972501234567 3 - -"], await LeadsAsync());
        Assert.Equal(2, await linker.CountAsync("contact_identities WHERE channel = 'phone' AND lead_id = 1"));
    }

    [Fact]
    public async Task A_correction_moves_phone_and_name_and_an_older_one_does_not()
    {
        await linker.TakeAsync(Lead("crm-1", Phone, "Dana", at: 5));
        await linker.TakeAsync(Lead("crm-1", OtherPhone, "Dana Levi", at: 9));
        await linker.TakeAsync(Lead("crm-1", Phone, "D", at: 7));

        Assert.Equal(["1 crm +4915112345678 3 Dana Levi -"], await LeadsAsync());
    }

    [Fact]
    public async Task Empty_fields_take_nothing_back()
    {
        await linker.TakeAsync(Lead("crm-1", Phone, "Dana"));
        await linker.TakeAsync(Lead("crm-1", at: 9));

        Assert.Equal(["1 crm +972501234567 3 Dana -"], await LeadsAsync());
    }

    [Fact]
    public async Task Said_again_in_any_order_it_ends_the_same()
    {
        LeadGiven[] given = [Lead("crm-1", Phone, "Dana", at: 1), Lead("crm-2", OtherPhone, "Eli", at: 2), Lead("crm-1", "", "Dana Levi", at: 3, lids: Lid), Lead("crm-3", Phone, at: 4)];
        foreach (var order in (LeadGiven[][])[given, [.. given.Reverse()], [given[2], given[0], given[3], given[1], given[0]]])
        {
            var other = new Linker(await postgres.MigratedDatabaseAsync());
            await other.TakeAsync(order);
            await other.TakeAsync(given);

            Assert.Equal(["+4915112345678 Eli", "+972501234567 Dana Levi"], await other.ColumnAsync("SELECT phone_e164 || ' ' || name FROM leads WHERE merged_into IS NULL ORDER BY 1"));
            Assert.Equal(["crm-1", "crm-3"], await other.ColumnAsync("SELECT external_id FROM contact_identities JOIN leads USING (business_id, lead_id) WHERE channel = 'crm' AND name = 'Dana Levi' ORDER BY 1"));
            await other.Database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Digits_of_a_known_LID_are_no_phone_even_when_a_CRM_says_so()
    {
        await linker.RunAsync(Message("a", Person(lid: "491511234567")));

        Assert.Equal("lid_as_phone", Assert.IsType<Outcome.Reject>(Assert.Single(await linker.TakeAsync(Lead("crm-1", "+491511234567")))).Reason);

        Assert.Equal(0, await linker.CountAsync("leads WHERE phone_e164 IS NOT NULL"));
    }

    [Theory]
    [InlineData("", Phone, "", "bad_external_id")]
    [InlineData("crm-1", "hello", "", "bad_phone")]
    [InlineData("crm-1", "82399031480511@lid", "", "bad_phone")]
    [InlineData("crm-1", Phone, "972501234567@s.whatsapp.net", "bad_lid")]
    public async Task What_cannot_be_read_is_set_aside_as_a_whole(string externalId, string phone, string lid, string reason)
    {
        var outcomes = await linker.TakeAsync(Lead(externalId, phone, lids: lid.Length > 0 ? [lid] : []), Lead("crm-2", OtherPhone));

        Assert.Equal(reason, Assert.IsType<Outcome.Reject>(outcomes[0]).Reason);
        Assert.Equal([OtherPhone], await linker.ColumnAsync("SELECT phone_e164 FROM leads"));
    }

    private Task<string[]> LeadsAsync() => linker.ColumnAsync("""
        SELECT lead_id || ' ' || owner || ' ' || COALESCE(phone_e164, '-') || ' ' || COALESCE(phone_rank::text, '-') || ' ' || COALESCE(name, '-') || ' ' || COALESCE(push_name, '-')
          FROM leads WHERE merged_into IS NULL ORDER BY lead_id
        """);
}
