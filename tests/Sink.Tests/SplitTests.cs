using Pipeline.Servers;
using Pipeline.Streaming;
using Xunit;
using static Pipeline.Sink.Tests.Linked;

namespace Pipeline.Sink.Tests;

/// <summary>A conversation that was taken apart: the directory has decided which address is whose, and the messages follow.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SplitTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string PhoneAddress = "972501234567@s.whatsapp.net";
    private const string LidAddress = Lid + "@lid";

    private Store store = null!;

    public async Task InitializeAsync() => store = new Store(await postgres.MigratedDatabaseAsync());

    public async Task DisposeAsync()
    {
        await Mission.HoldsAsync(store.Database);
        await store.Database.DisposeAsync();
    }

    [Fact]
    public async Task Each_message_goes_where_its_address_belongs_and_both_are_counted_again()
    {
        var together = await store.PersonAsync(Phone, PhoneAddress, LidAddress);
        await store.RunAsync(Message(together, "A1", at: 1), Message(together, "B1", at: 2, phone: null, lid: Lid), Message(together, "B2", at: 3, phone: null, lid: Lid, fromMe: true));
        var apart = await store.PersonAsync(LidAddress);
        await store.SplitAsync(Lid, Phone, together, apart);

        Assert.Equal("split", Assert.IsType<Outcome.Skip>(Assert.Single(await store.RunAsync(Split(together, apart)))).Reason);

        Assert.Equal([$"A1 | {together}", $"B1 | {apart}", $"B2 | {apart}"], await MessagesAsync());
        Assert.Equal([$"{together} | 1 | 1 | 1s", $"{apart} | 2 | 0 | 3s"], await store.RowsAsync("SELECT id, message_count, unread_count, last_message_at FROM whatsapp_conversation ORDER BY id"));
    }

    [Fact]
    public async Task A_message_that_named_both_keeps_the_one_that_is_its_address()
    {
        var together = await store.PersonAsync(Phone, PhoneAddress, LidAddress);
        await store.RunAsync(Message(together, "B1", phone: Phone, lid: Lid));
        var apart = await store.PersonAsync(LidAddress);
        await store.SplitAsync(Lid, Phone, together, apart);

        await store.RunAsync(Split(together, apart));

        Assert.Equal([$"{apart} | - | {Lid} | none | - | {Lid} | none"], await store.RowsAsync(
            "SELECT conversation_id, peer_phone, peer_lid, peer_source, author_phone, author_lid, author_source FROM whatsapp_message"));
    }

    [Fact]
    public async Task What_was_linked_before_the_split_and_comes_after_it_goes_home_all_the_same()
    {
        var together = await store.PersonAsync(Phone, PhoneAddress, LidAddress);
        var apart = await store.PersonAsync(LidAddress);
        await store.SplitAsync(Lid, Phone, together, apart);

        await store.RunAsync(Split(together, apart), Message(together, "B1", phone: Phone, lid: Lid), Message(together, "A1"));

        Assert.Equal([$"A1 | {together}", $"B1 | {apart}"], await MessagesAsync());
        Assert.Equal(["-"], await store.RowsAsync("SELECT peer_phone FROM whatsapp_message WHERE message_id = 'B1'"));
    }

    [Fact]
    public async Task Replaying_what_came_before_the_split_changes_nothing()
    {
        var first = await store.PersonAsync(Phone, PhoneAddress);
        var second = await store.PersonAsync(LidAddress);
        Contracts.LinkedEvent[] events =
        [
            Message(first, "A1", at: 1), Message(second, "B1", at: 2, phone: null, lid: Lid), Merge(second, first), Message(first, "B2", at: 3, phone: Phone, lid: Lid), Split(first, second),
        ];
        await store.RunAsync(events[..2]);
        await store.MergeAsync(second, first);
        await store.RunAsync(events[2..4]);
        await store.SplitAsync(Lid, Phone, first, second);
        await store.RunAsync(events[4]);
        var before = await EverythingAsync();
        Assert.Equal([$"A1 | {first}", $"B1 | {second}", $"B2 | {second}"], await MessagesAsync());

        var again = await store.RunAsync(events);

        Assert.Equal(before, await EverythingAsync());
        Assert.Equal("undone_merge", Assert.IsType<Outcome.Skip>(again[2]).Reason);
    }

    [Fact]
    public async Task Receipts_and_reactions_follow_their_message()
    {
        var together = await store.PersonAsync(Phone, PhoneAddress, LidAddress);
        await store.RunAsync(Message(together, "B1", phone: null, lid: Lid, fromMe: true), Receipt(together, "B1", status: "READ", lid: Lid));
        var apart = await store.PersonAsync(LidAddress);
        await store.SplitAsync(Lid, Phone, together, apart);

        await store.RunAsync(Split(together, apart));

        Assert.Equal([$"{apart}"], await store.RowsAsync("SELECT conversation_id FROM whatsapp_message_update"));
        Assert.Equal(["4"], await store.RowsAsync("SELECT status FROM whatsapp_message"));
    }

    [Fact]
    public async Task A_better_key_changes_nothing_here()
    {
        var chat = await store.PersonAsync(LidAddress);

        Assert.Equal("rekey", Assert.IsType<Outcome.Skip>(Assert.Single(await store.RunAsync(Rekeyed(chat)))).Reason);
    }

    private Task<string[]> MessagesAsync() => store.RowsAsync("SELECT message_id, conversation_id FROM whatsapp_message ORDER BY 1");

    private Task<string[]> EverythingAsync() => store.RowsAsync(
        "SELECT m::text FROM whatsapp_message m UNION ALL SELECT c::text FROM whatsapp_conversation c UNION ALL SELECT u::text FROM whatsapp_message_update u ORDER BY 1");
}
