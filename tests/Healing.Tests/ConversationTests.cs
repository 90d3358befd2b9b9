using Pipeline.Servers;

namespace Pipeline.Healing.Tests;

/// <summary>Steps 2 to 5: keys, duplicates, links, constraint.</summary>
[Collection(PostgresCollection.Name)]
public class ConversationTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_conversation_is_called_by_its_lead_else_its_phone_else_its_LID_or_by_its_group()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, "972501234561");
        var byLead = await older.ConversationAsync(1, "972501234561@s.whatsapp.net");
        var byPhone = await older.ConversationAsync(1, "972501234562:4@c.us");
        var byLid = await older.ConversationAsync(1, "82399031480511");
        var group = await older.ConversationAsync(1, "120363041234567890@g.us");
        var story = await older.ConversationAsync(1, "status@broadcast");

        await older.HealAsync();

        Assert.Equal($"lead:1:{lead}", await older.KeyAsync(byLead));
        Assert.Equal(lead, await older.OneAsync("SELECT lead_id FROM whatsapp_conversation WHERE id = $1", byLead));
        Assert.Equal("phone:1:+972501234562", await older.KeyAsync(byPhone));
        Assert.Equal("lid:1:82399031480511", await older.KeyAsync(byLid));
        Assert.Equal("group:1:120363041234567890", await older.KeyAsync(group));
        Assert.Null(await older.KeyAsync(story));
    }

    [Fact]
    public async Task Duplicates_are_merged_into_the_most_recent()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, null);
        await older.IdentityAsync(1, lead, "phone", "+972501234567");
        var old = await older.ConversationAsync(1, "972501234567@s.whatsapp.net", day: 3, lead: lead);
        var recent = await older.ConversationAsync(1, "82399031480511@lid", day: 9, open: false);
        var oldest = await older.ConversationAsync(1, "82399031480511", day: 1);
        await older.MappingAsync(1, "82399031480511", "+972501234567");

        var report = await older.HealAsync();

        Assert.Equal(2, report.ConversationsMerged);
        Assert.Equal("closed,true,none", await StateAsync(older, old));
        Assert.Equal("closed,true,none", await StateAsync(older, oldest));
        // Somebody still had to answer one of them, so what goes on is open.
        Assert.Equal($"open,false,lead:1:{lead}", await StateAsync(older, recent));
        Assert.Equal(lead, await older.OneAsync("SELECT lead_id FROM whatsapp_conversation WHERE id = $1", recent));
        Assert.Equal(recent, await older.MergedIntoAsync(old));
        Assert.Equal(recent, await older.MergedIntoAsync(oldest));
        await older.AssertHealedAsync();
    }

    [Fact]
    public async Task Messages_are_linked_whatever_form_their_address_has()
    {
        await using var older = await Older.CreateAsync(postgres);
        var conversation = await older.ConversationAsync(1, "972501234567@s.whatsapp.net");
        await older.MappingAsync(1, "82399031480511", "+972501234567");
        long[] messages =
        [
            await older.ReceivedAsync(1, "972501234567:12@s.whatsapp.net"), await older.ReceivedAsync(1, "+972501234567"), await older.ReceivedAsync(1, "82399031480511@s.whatsapp.net"),
            await older.ReceivedAsync(1, null, to: "972501234567@c.us"), await older.SentAsync(1, "82399031480511@lid"), await older.SentAsync(1, "972501234567"),
        ];

        await older.HealAsync();

        foreach (var message in messages) Assert.Equal(conversation, await older.ConversationOfAsync(message));
        await older.AssertHealedAsync();
    }

    [Fact]
    public async Task A_message_in_a_group_belongs_to_the_group_whoever_wrote_it()
    {
        await using var older = await Older.CreateAsync(postgres);
        var person = await older.ConversationAsync(1, "972501234567@s.whatsapp.net");
        var group = await older.ConversationAsync(1, "120363041234567890@g.us");
        var received = await older.ReceivedAsync(1, "972501234567@s.whatsapp.net", to: "120363041234567890@g.us");
        var named = await older.ReceivedAsync(1, "120363041234567890@g.us");
        var sent = await older.SentAsync(1, "120363041234567890@g.us");

        await older.HealAsync();

        Assert.All([await older.ConversationOfAsync(received), await older.ConversationOfAsync(named), await older.ConversationOfAsync(sent)], found => Assert.Equal(group, found));
        Assert.Equal(0, await older.OneAsync("SELECT count(*) FROM whatsapp_message WHERE conversation_id = $1", person));
        Assert.Equal("open,false,group:1:120363041234567890", await StateAsync(older, group));
    }

    [Fact]
    public async Task Who_has_messages_and_no_conversation_gets_one()
    {
        await using var older = await Older.CreateAsync(postgres);
        var lead = await older.LeadAsync(1, "972501234567");
        var first = await older.ReceivedAsync(1, "972501234567@s.whatsapp.net");
        var second = await older.SentAsync(1, "+972501234567");

        await older.HealAsync();

        var made = await older.ConversationOfAsync(first);
        Assert.NotEqual(0, made);
        Assert.Equal(made, await older.ConversationOfAsync(second));
        Assert.Equal($"lead:1:{lead}", await older.KeyAsync(made));
        Assert.Equal("972501234567@s.whatsapp.net", await older.TextAsync("SELECT customer_wa_id FROM whatsapp_conversation WHERE id = $1", made));
    }

    [Fact]
    public async Task Stories_and_unreadable_addresses_are_noted_and_linked_to_nothing()
    {
        await using var older = await Older.CreateAsync(postgres);
        var story = await older.ReceivedAsync(1, "972501234567@s.whatsapp.net", to: "status@broadcast");
        var unreadable = await older.ReceivedAsync(1, "Dana");

        await older.HealAsync();

        Assert.Equal("nobody one has a conversation with", await older.TextAsync("SELECT reason FROM pipeline_backfill_unlinked WHERE message_row_id = $1", story));
        Assert.Equal("address cannot be read", await older.TextAsync("SELECT reason FROM pipeline_backfill_unlinked WHERE message_row_id = $1", unreadable));
        Assert.Equal(0, await older.ConversationOfAsync(story));
    }

    [Fact]
    public async Task Two_businesses_are_never_mixed()
    {
        await using var older = await Older.CreateAsync(postgres);
        var one = await older.ConversationAsync(1, "972501234567@s.whatsapp.net");
        var lidOfOne = await older.ConversationAsync(1, "82399031480511@lid");
        var two = await older.ConversationAsync(2, "972501234567@s.whatsapp.net");
        // What one business has as a LID is a phone to the other.
        await older.ConversationAsync(1, "2012345678901@lid");
        var phoneOfTwo = await older.ConversationAsync(2, "2012345678901");
        await older.MappingAsync(2, "82399031480511", "+972501234567");
        var message = await older.ReceivedAsync(2, "82399031480511@lid");

        await older.HealAsync();

        Assert.Equal("phone:1:+972501234567", await older.KeyAsync(one));
        Assert.Equal("lid:1:82399031480511", await older.KeyAsync(lidOfOne));
        Assert.Equal("phone:2:+972501234567", await older.KeyAsync(two));
        Assert.Equal("phone:2:+2012345678901", await older.KeyAsync(phoneOfTwo));
        Assert.Equal(two, await older.ConversationOfAsync(message));
    }

    [Fact]
    public async Task The_address_counts_when_a_conversation_names_somebody_elses_lead()
    {
        await using var older = await Older.CreateAsync(postgres);
        var dana = await older.LeadAsync(1, "972501234561");
        var noa = await older.LeadAsync(1, "972501234562");
        var conversation = await older.ConversationAsync(1, "972501234561@s.whatsapp.net", lead: noa);

        await older.HealAsync();

        Assert.Equal($"lead:1:{dana}", await older.KeyAsync(conversation));
        Assert.Equal(2, await older.OneAsync("SELECT count(*) FROM pipeline_backfill_lead WHERE merged_into IS NULL"));
    }

    [Fact]
    public async Task After_the_constraint_new_duplicates_and_new_evidence_are_merged_all_the_same()
    {
        await using var older = await Older.CreateAsync(postgres);
        var phone = await older.ConversationAsync(1, "972501234567@s.whatsapp.net", day: 1);
        var lid = await older.ConversationAsync(1, "82399031480511@lid", day: 2);
        Assert.True((await older.HealAsync()).KeysAreUnique);

        var again = await older.ConversationAsync(1, "972501234567@c.us", day: 5);
        await older.MappingAsync(1, "82399031480511", "+972501234567");
        var report = await older.HealAsync();

        Assert.True(report.NothingLeft);
        Assert.Equal("phone:1:+972501234567", await older.KeyAsync(again));
        Assert.Equal(again, await older.MergedIntoAsync(phone));
        Assert.Equal(again, await older.MergedIntoAsync(lid));
        await older.AssertHealedAsync();
    }

    [Fact]
    public async Task A_duplicate_that_live_traffic_opens_again_is_closed_again_and_its_messages_move()
    {
        await using var older = await Older.CreateAsync(postgres);
        var closed = await older.ConversationAsync(1, "972501234567@c.us", day: 1);
        var goesOn = await older.ConversationAsync(1, "972501234567@s.whatsapp.net", day: 2, open: false);
        await older.HealAsync();
        var message = await older.ReceivedAsync(1, "972501234567@c.us");
        await older.RunAsync($"UPDATE whatsapp_conversation SET is_open = true, last_message_at = '2026-06-01' WHERE id = {closed}; UPDATE whatsapp_message SET conversation_id = {closed}");

        await older.HealAsync();

        Assert.Equal("closed,true,none", await StateAsync(older, closed));
        Assert.Equal("open,false,phone:1:+972501234567", await StateAsync(older, goesOn));
        Assert.Equal(goesOn, await older.ConversationOfAsync(message));
        Assert.Equal(1, await older.OneAsync("SELECT count(*) FROM whatsapp_conversation WHERE id = $1 AND last_message_at = '2026-06-01'", goesOn));
    }

    [Fact]
    public async Task A_key_that_was_superseded_is_kept()
    {
        await using var older = await Older.CreateAsync(postgres);
        var conversation = await older.ConversationAsync(1, "82399031480511@lid");
        await older.HealAsync();
        await older.MappingAsync(1, "82399031480511", "+972501234567");

        await older.HealAsync();

        Assert.Equal("phone:1:+972501234567", await older.KeyAsync(conversation));
        Assert.Equal(conversation, await older.OneAsync("SELECT conversation_id FROM pipeline_backfill_key WHERE business_id = 1 AND old_key = 'lid:1:82399031480511'"));
    }

    [Fact]
    public async Task Steps_can_be_left_out()
    {
        await using var older = await Older.CreateAsync(postgres);
        var one = await older.ConversationAsync(1, "972501234567@s.whatsapp.net");
        var two = await older.ConversationAsync(1, "972501234567@c.us");

        var skipped = await older.HealAsync(new BackfillOptions { SkipBackfill = true });
        Assert.Null(await older.KeyAsync(one));
        Assert.False(skipped.KeysAreUnique);

        await older.HealAsync(new BackfillOptions { SkipMerge = true });
        Assert.Equal("open,false,phone:1:+972501234567", await StateAsync(older, one));
        Assert.Equal("open,false,phone:1:+972501234567", await StateAsync(older, two));

        Assert.True((await older.HealAsync()).KeysAreUnique);
        await older.AssertHealedAsync();
    }

    [Fact]
    public async Task Only_the_given_businesses_are_touched()
    {
        await using var older = await Older.CreateAsync(postgres);
        var one = await older.ConversationAsync(1, "972501234567@s.whatsapp.net");
        var two = await older.ConversationAsync(2, "972501234567@s.whatsapp.net");

        await older.HealAsync(new BackfillOptions { Businesses = new HashSet<long> { 2 } });

        Assert.Null(await older.KeyAsync(one));
        Assert.NotNull(await older.KeyAsync(two));
    }

    private static Task<string?> StateAsync(Older older, long conversation) => older.TextAsync(
        "SELECT concat_ws(',', CASE WHEN is_open THEN 'open' ELSE 'closed' END, summary_created::text, COALESCE(canonical_key, 'none')) FROM whatsapp_conversation WHERE id = $1", conversation);
}
