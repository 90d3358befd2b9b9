using Pipeline.Servers;

namespace Pipeline.Healing.Tests;

/// <summary>Step 1: fake phones are repaired or cleared, leads of one person are one.</summary>
[Collection(PostgresCollection.Name)]
public class LeadTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_lead_with_a_LIDs_digits_for_a_phone_gets_the_phone_the_product_knows()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, "82399031480511");
        await older.MappingAsync(1, "82399031480511", "+972501234567");

        await older.HealAsync();

        Assert.Equal("+972501234567", await older.PhoneAsync(lead));
        Assert.Equal("82399031480511", await older.TextAsync("SELECT old_phone FROM pipeline_backfill_lead WHERE lead_id = $1", lead));
        Assert.Equal("82399031480511", await older.TextAsync("SELECT old_value FROM pipeline_backfill_change WHERE table_name = 'leads' AND row_id = $1 AND column_name = 'phone'", lead));
        await older.AssertHealedAsync();
    }

    [Fact]
    public async Task A_leads_own_identities_are_evidence()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, "82399031480511@s.whatsapp.net");
        await older.IdentityAsync(1, lead, "whatsapp", "82399031480511@lid");
        await older.IdentityAsync(1, lead, "phone", "972501234567");

        await older.HealAsync();

        Assert.Equal("+972501234567", await older.PhoneAsync(lead));
    }

    [Fact]
    public async Task Without_evidence_the_fake_phone_is_cleared_and_its_text_kept()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, "+82399031480511");

        await older.HealAsync();

        Assert.Null(await older.PhoneAsync(lead));
        Assert.Equal("unmapped", await older.FateAsync(lead));
        Assert.Equal("+82399031480511", await older.TextAsync("SELECT old_phone FROM pipeline_backfill_lead WHERE lead_id = $1", lead));
    }

    [Fact]
    public async Task A_mapping_that_comes_later_repairs_what_an_earlier_run_has_cleared()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, "82399031480511");
        await older.HealAsync();

        await older.HealAsync(new BackfillOptions { Mappings = [new StatedMapping(1, "82399031480511", "+972501234567")] });

        Assert.Equal("+972501234567", await older.PhoneAsync(lead));
        Assert.Equal("repaired", await older.FateAsync(lead));
    }

    [Fact]
    public async Task A_phone_that_somebody_gave_a_cleared_lead_stays()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, "82399031480511");
        await older.HealAsync();
        await older.RunAsync("UPDATE leads SET phone = '0972 is his name'");

        await older.HealAsync();
        Assert.Equal("0972 is his name", await older.PhoneAsync(lead));
        Assert.Equal("unreadable", await older.FateAsync(lead));
    }

    [Fact]
    public async Task Of_two_leads_of_one_person_the_one_with_a_believable_phone_stands_for_both()
    {
        await using var older = await Older.CreateAsync(postgres);
        var fake = await older.LeadAsync(1, "82399031480511");
        var real = await older.LeadAsync(1, "972501234567");
        var identity = await older.IdentityAsync(1, fake, "whatsapp", "82399031480511@lid");
        var conversation = await older.ConversationAsync(1, "82399031480511@lid", lead: fake);
        await older.MappingAsync(1, "82399031480511", "+972501234567");

        await older.HealAsync();

        Assert.Null(await older.PhoneAsync(fake));
        Assert.Equal("972501234567", await older.PhoneAsync(real));
        Assert.Equal(real, await older.OneAsync("SELECT merged_into FROM pipeline_backfill_lead WHERE lead_id = $1", fake));
        Assert.Equal(real, await older.OneAsync("SELECT lead_id FROM contact_identities WHERE id = $1", identity));
        Assert.Equal(real, await older.OneAsync("SELECT lead_id FROM whatsapp_conversation WHERE id = $1", conversation));
        Assert.Equal($"lead:1:{real}", await older.KeyAsync(conversation));
        await older.AssertHealedAsync();
    }

    [Fact]
    public async Task Two_leads_with_one_phone_in_two_spellings_are_one_and_the_older_stands_for_both()
    {
        await using var older = await Older.CreateAsync(postgres);
        var first = await older.LeadAsync(1, "551187654321");
        var second = await older.LeadAsync(1, "+5511987654321");

        await older.HealAsync();

        Assert.Equal(first, await older.OneAsync("SELECT merged_into FROM pipeline_backfill_lead WHERE lead_id = $1", second));
        Assert.Equal("551187654321", await older.PhoneAsync(first));
        await older.AssertHealedAsync();
    }

    [Fact]
    public async Task A_conversation_that_names_a_lead_gives_the_lead_no_phone()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, "82399031480511");
        var conversation = await older.ConversationAsync(1, "972501234567@s.whatsapp.net", lead: lead);

        await older.HealAsync();

        Assert.Null(await older.PhoneAsync(lead));
        Assert.Equal($"lead:1:{lead}", await older.KeyAsync(conversation));
    }

    [Fact]
    public async Task A_quoted_author_and_a_denied_pair_are_no_evidence_but_their_LIDs_are_LIDs()
    {
        await using var older = await Older.CreateAsync(postgres);
        var quoted = await older.LeadAsync(1, "2012345678901");
        var denied = await older.LeadAsync(1, "2012345678902");
        await older.MappingAsync(1, "2012345678901", "+972501234567", grade: "quoted");
        await older.MappingAsync(1, "2012345678902", "+972501234568");
        await older.RunAsync("INSERT INTO whatsapp.denied_pair (business_id, lid, phone_e164, denied, at, event_id) VALUES (1, '2012345678902', '+972501234568', true, now(), gen_random_uuid())");

        // Nor when a file says the same.
        await older.HealAsync(new BackfillOptions { Mappings = [new StatedMapping(1, "2012345678902", "+972501234568")] });

        Assert.Equal("unmapped", await older.FateAsync(quoted));
        Assert.Equal("unmapped", await older.FateAsync(denied));
    }

    [Fact]
    public async Task Another_businesss_mapping_says_nothing()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, "82399031480511");
        await older.MappingAsync(2, "82399031480511", "+972501234567");

        await older.HealAsync();

        Assert.Equal("unmapped", await older.FateAsync(lead));
    }
}
