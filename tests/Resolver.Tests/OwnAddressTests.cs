using Pipeline.Contracts;
using static Pipeline.Resolver.Tests.Resolving;

namespace Pipeline.Resolver.Tests;

/// <summary>The business's own addresses, for events that come without them.</summary>
[Collection(nameof(Stores))]
public sealed class OwnAddressTests(Stores stores) : OnStores(stores)
{
    [Fact]
    public async Task What_one_event_of_a_session_gives_is_known_to_the_later_ones_that_come_without()
    {
        var author = (await New().RunAsync(Message("12025550143@s.whatsapp.net", "A1"), Unsigned(GroupMessage("118203344556677@lid", "G1"))))[^1].Message.Author;
        Assert.True(author.IsBusiness);
        Assert.Equal(("+972525550100", "118203344556677"), (author.Phone, author.Lid));
    }

    [Fact]
    public async Task It_is_known_after_a_restart()
    {
        await New().RunAsync(Message("12025550143@s.whatsapp.net", "A1"));
        Assert.True(Assert.Single(await New().RunAsync(Unsigned(GroupMessage("118203344556677@lid", "G1")))).Message.Author.IsBusiness);
    }

    [Fact]
    public async Task Another_session_of_the_business_has_addresses_of_its_own()
    {
        var other = Unsigned(GroupMessage("118203344556677@lid", "G1"));
        other.Session = "business_1_second_number";
        Assert.False((await New().RunAsync(Message("12025550143@s.whatsapp.net", "A1"), other))[^1].Message.Author.IsBusiness);
    }

    [Fact]
    public async Task Another_business_is_not_concerned()
    {
        var other = Unsigned(GroupMessage("118203344556677@lid", "G1", business: 2));
        Assert.False((await New().RunAsync(Message("12025550143@s.whatsapp.net", "A1"), other))[^1].Message.Author.IsBusiness);
    }

    [Fact]
    public async Task Only_what_an_event_lacks_is_filled_in()
    {
        // The session has moved to a new number and tells only that: the LID is still the known one, the old number is not current.
        var moved = GroupMessage("118203344556677@lid", "G1");
        moved.OwnPhoneAddress = "972525550199@s.whatsapp.net";
        moved.OwnLidAddress = "";
        var author = (await New().RunAsync(Message("12025550143@s.whatsapp.net", "A1"), moved))[^1].Message.Author;
        Assert.True(author.IsBusiness);
        Assert.Equal("+972525550199", author.Phone);
    }

    [Fact]
    public async Task A_pair_of_the_own_phone_teaches_the_own_LID()
    {
        var halfSigned = Raw("lid-mapping.update", "", """{"lid":"118203344556677@lid","pn":"972525550100@s.whatsapp.net"}""");
        halfSigned.OwnLidAddress = "";
        var resolving = New();
        await resolving.RunAsync(halfSigned);
        var message = GroupMessage("118203344556677@lid", "G1");
        message.OwnLidAddress = "";
        Assert.True(Assert.Single(await resolving.RunAsync(message)).Message.Author.IsBusiness);
    }

    [Fact]
    public async Task A_session_that_says_who_it_is_when_it_connects_is_believed()
    {
        var connected = Unsigned(Raw("connection.update", "", """{"connection":"open","me":{"id":"972525550100:14@s.whatsapp.net","lid":"118203344556677:14@lid"}}"""));
        var author = (await New().RunAsync(connected, Unsigned(GroupMessage("118203344556677@lid", "G1"))))[^1].Message.Author;
        Assert.True(author.IsBusiness);
        Assert.Equal("+972525550100", author.Phone);
    }

    [Fact]
    public async Task They_are_stored_once_and_not_with_every_event()
    {
        var resolving = New();
        await resolving.RunAsync(Message("12025550143@s.whatsapp.net", "A1"));
        await resolving.RunAsync(Message("12025550143@s.whatsapp.net", "A2"), Message("12025550143@s.whatsapp.net", "A3"));
        await using var query = Database.CreateCommand("SELECT string_agg(concat_ws(' ', session, address, raw_offset), ', ' ORDER BY address) FROM own_address");
        Assert.Equal("business_1 118203344556677@lid 0, business_1 972525550100@s.whatsapp.net 0", await query.ExecuteScalarAsync());
    }

    private static RawEvent Unsigned(RawEvent raw)
    {
        raw.OwnPhoneAddress = "";
        raw.OwnLidAddress = "";
        return raw;
    }

    private static RawEvent GroupMessage(string participant, string id, long business = 1) => Raw(
        "messages.upsert",
        "messages",
        $$$"""{"key":{"remoteJid":"120363040712345678@g.us","participant":"{{{participant}}}","fromMe":false,"id":"{{{id}}}"},"messageTimestamp":1760000000,"message":{"conversation":"hello"}}""",
        business);
}
