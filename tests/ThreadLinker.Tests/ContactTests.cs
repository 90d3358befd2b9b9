using Pipeline.Contracts;
using Pipeline.Servers;
using Xunit;
using static Pipeline.ThreadLinker.Tests.Enriched;

namespace Pipeline.ThreadLinker.Tests;

/// <summary><c>Leads:AutoCreate=false</c>: whoever writes is a contact, and only a CRM makes leads.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ContactTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Phone = "+972501234567";
    private const string Lid = "82399031480511";

    private Linker linker = null!;

    public async Task InitializeAsync() => linker = new Linker(await postgres.MigratedDatabaseAsync(), new LeadOptions { AutoCreate = false });

    public async Task DisposeAsync()
    {
        await Mission.HoldsAsync(linker.Database);
        await linker.Database.DisposeAsync();
    }

    [Fact]
    public async Task A_conversation_is_named_by_the_phone_else_by_the_LID()
    {
        var linked = await linker.LinkAsync(Message("a", Person(Phone)), Message("b", Person(lid: Lid)));

        Assert.Equal(["phone:7:+972501234567", "lid:7:82399031480511"], linked.Select(one => one.Conversation.Key));
        Assert.All(linked, one => Assert.Equal(0, one.Conversation.LeadId));
        Assert.Equal(0, await linker.CountAsync("leads"));
        Assert.Equal(["null"], await linker.ColumnAsync("SELECT DISTINCT lead_id FROM whatsapp_conversation"));
    }

    [Fact]
    public async Task When_the_phone_of_a_LID_becomes_known_the_key_gets_better_and_the_old_one_answers_for_ever()
    {
        var before = Assert.Single(await linker.LinkAsync(Message("a", Person(lid: Lid)))).Conversation;

        var rekeyed = (await linker.LinkAsync(Mapping("m", Lid, Phone, at: 1)))[0].ConversationRekeyed;

        Assert.Equal(("lid:7:82399031480511", "phone:7:+972501234567"), (rekeyed.OldKey, rekeyed.Conversation.Key));
        Assert.Equal(before.ConversationId, rekeyed.Conversation.ConversationId);
        Assert.Equal([$"lid:7:82399031480511 {before.ConversationId}"], await linker.ColumnAsync("SELECT alias || ' ' || conversation_id FROM conversation_alias"));
        Assert.Equal("phone:7:+972501234567", Assert.Single(await linker.LinkAsync(Message("b", Person(lid: Lid)))).Conversation.Key);
    }

    [Fact]
    public async Task Two_contacts_who_prove_to_be_one_person_are_merged_into_the_one_with_a_phone()
    {
        await linker.RunAsync(Message("a", Person(lid: Lid)), Message("b", Person(Phone)));

        var merged = (await linker.LinkAsync(Mapping("m", Lid, Phone, at: 1)))[0].ConversationMerged;

        Assert.Equal(("phone:7:+972501234567", "lid:7:82399031480511"), (merged.Survivor.Key, merged.Absorbed.Key));
        Assert.Equal(["lid:7:82399031480511"], await linker.ColumnAsync("SELECT alias FROM conversation_alias"));
    }

    [Fact]
    public async Task A_lead_from_a_CRM_takes_the_conversation_over()
    {
        var before = Assert.Single(await linker.LinkAsync(Message("a", Person(Phone)))).Conversation;

        var rekeyed = Assert.Single(Linker.Written(await linker.TakeAsync(Lead("crm-1", Phone, "Dana Levi")))).ConversationRekeyed;

        Assert.Equal(("phone:7:+972501234567", "lead:7:1"), (rekeyed.OldKey, rekeyed.Conversation.Key));
        Assert.Equal((before.ConversationId, 1), (rekeyed.Conversation.ConversationId, rekeyed.Conversation.LeadId));
        Assert.Equal(["1 crm Dana Levi"], await linker.ColumnAsync("SELECT lead_id || ' ' || owner || ' ' || name FROM leads"));
        Assert.Equal(["1"], await linker.ColumnAsync("SELECT lead_id FROM whatsapp_conversation"));
    }

    [Fact]
    public async Task What_was_written_but_not_announced_is_announced_again_word_for_word()
    {
        await linker.RunAsync(Message("a", Person(lid: Lid)));
        var first = await linker.LinkAsync(Mapping("m", Lid, Phone, at: 1));

        Assert.Equal(first, await linker.LinkAsync(Mapping("m", Lid, Phone, at: 1)));
        Assert.Equal(1, await linker.CountAsync("conversation_alias"));
    }

    [Fact]
    public async Task Contacts_become_leads_when_they_write_after_the_setting_was_changed()
    {
        await linker.RunAsync(Message("a", Person(Phone)));

        var linked = await new Linker(linker.Database).LinkAsync(Message("b", Person(Phone)));

        Assert.Equal(["phone:7:+972501234567", "lead:7:1"], [linked[0].ConversationRekeyed.OldKey, linked[1].Conversation.Key]);
        Assert.Equal(["1"], await linker.ColumnAsync("SELECT lead_id FROM leads"));
    }

    [Fact]
    public async Task Somebody_without_a_believable_phone_or_a_LID_is_named_by_his_address()
    {
        var linked = Assert.Single(await linker.LinkAsync(Message("a", Person(address: "999999999999999@s.whatsapp.net"))));

        Assert.Equal("address:7:999999999999999@s.whatsapp.net", linked.Conversation.Key);
    }

    [Fact]
    public void Making_leads_of_group_members_but_of_nobody_is_a_contradiction()
    {
        var options = new LeadOptions { AutoCreate = false, FromGroups = true };

        var fault = Assert.Single(options.Validate(new System.ComponentModel.DataAnnotations.ValidationContext(options)));

        Assert.Contains("Leads:FromGroups", fault.ErrorMessage);
    }
}
