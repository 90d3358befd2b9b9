using Pipeline.Contracts;
using Pipeline.Servers;
using Xunit;
using static Pipeline.ThreadLinker.Tests.Enriched;

namespace Pipeline.ThreadLinker.Tests;

/// <summary>Members of groups, and the names that are learned of anybody.</summary>
[Collection(PostgresCollection.Name)]
public sealed class GroupMemberTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Phone = "+972501234567";
    private const string Lid = "82399031480511";

    private Linker linker = null!;

    public async Task InitializeAsync() => linker = new Linker(await postgres.MigratedDatabaseAsync(), new LeadOptions { FromGroups = true });

    public async Task DisposeAsync() => await linker.Database.DisposeAsync();

    [Fact]
    public async Task When_configured_a_member_who_writes_becomes_a_lead_without_a_conversation()
    {
        var linked = Assert.Single(await linker.LinkAsync(GroupMessage("g", "120363", Person(Phone, Lid))));

        Assert.Equal("group:7:120363", linked.Conversation.Key);
        Assert.Equal(["+972501234567 Member"], await linker.ColumnAsync("SELECT phone_e164 || ' ' || push_name FROM leads"));
        Assert.Equal(1, await linker.CountAsync("whatsapp_conversation"));
    }

    [Fact]
    public async Task A_member_who_writes_to_the_business_later_is_the_same_lead()
    {
        await linker.RunAsync(GroupMessage("g", "120363", Person(lid: Lid)));

        Assert.Equal("lead:7:1", Assert.Single(await linker.LinkAsync(Message("a", Person(lid: Lid)))).Conversation.Key);
    }

    [Fact]
    public async Task What_a_group_shows_of_two_leads_merges_them()
    {
        await linker.RunAsync(Message("a", Person(Phone)), Message("b", Person(lid: Lid)));

        var linked = await linker.LinkAsync(GroupMessage("g", "120363", Person(Phone, Lid), at: 3));

        Assert.Equal("lead:7:2", linked[0].ConversationMerged.Absorbed.Key);
        Assert.NotNull(linked[1].Message);
    }

    [Fact]
    public async Task The_business_itself_becomes_no_lead()
    {
        var own = Person(Phone);
        own.IsBusiness = true;

        await linker.RunAsync(GroupMessage("g", "120363", own));

        Assert.Equal(0, await linker.CountAsync("leads"));
    }

    [Fact]
    public async Task The_newest_name_of_each_kind_is_known_under_every_address()
    {
        await linker.RunAsync(
            Name("n1", Person(Phone, Lid), "Dana from work", at: 5), Name("n2", Person(Phone), "Dana", at: 9), Name("n3", Person(lid: Lid), "Old", at: 1),
            Name("n4", Person(Phone), "Levi & Sons", at: 2, NameLearned.Types.Kind.Verified));
        await linker.RunAsync(Name("n5", Person(Phone), "Older", at: 8));

        Assert.Equal(
            ["contact +972501234567 Dana", "contact 82399031480511@lid Dana from work", "contact 972501234567@s.whatsapp.net Dana",
             "verified +972501234567 Levi & Sons", "verified 972501234567@s.whatsapp.net Levi & Sons"],
            await linker.ColumnAsync("SELECT kind || ' ' || external_id || ' ' || name FROM known_name ORDER BY 1"));
        Assert.Equal(0, await linker.CountAsync("person"));
    }

    [Fact]
    public async Task A_group_is_called_by_its_subject()
    {
        var named = Name("n", new Party(), "Football", at: 1, NameLearned.Types.Kind.Subject);
        named.NameLearned.GroupId = "120363";

        await linker.RunAsync(named);

        Assert.Equal(["subject 120363@g.us Football"], await linker.ColumnAsync("SELECT kind || ' ' || external_id || ' ' || name FROM known_name"));
    }
}
