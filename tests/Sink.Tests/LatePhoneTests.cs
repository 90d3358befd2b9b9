using Pipeline.Contracts;
using Pipeline.Servers;
using Pipeline.Streaming;
using Xunit;
using static Pipeline.Sink.Tests.Linked;

namespace Pipeline.Sink.Tests;

/// <summary>A message that passed before its LID's phone was known ends like one that passed after.</summary>
[Collection(PostgresCollection.Name)]
public sealed class LatePhoneTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string OtherLid = "71182399031480";
    private const string OtherPhone = "+972527654321";
    private const string Peers = "SELECT message_id, peer_phone, peer_lid, peer_source, peer_field FROM whatsapp_message ORDER BY message_id";
    private const string Authors = "SELECT message_id, author_phone, author_lid, author_source, author_field FROM whatsapp_message ORDER BY message_id";

    private Store store = null!;

    public async Task InitializeAsync() => store = new Store(await postgres.MigratedDatabaseAsync());

    public async Task DisposeAsync()
    {
        await Mission.HoldsAsync(store.Database);
        await store.Database.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_passed_before_the_phone_was_known_gets_it_when_it_is_told(bool inOneBatch)
    {
        var chat = await store.ConversationAsync();
        await store.MappingAsync(Lid, Phone);
        LinkedEvent[] events = [Message(chat, "A1", phone: null, lid: Lid), Message(chat, "A2", phone: null, lid: Lid, fromMe: true), Learned()];

        if (inOneBatch) await store.RunAsync(events);
        else foreach (var one in events) await store.RunAsync(one);

        Assert.Equal([$"A1 | {Phone} | {Lid} | late | lid_mappings", $"A2 | {Phone} | {Lid} | late | lid_mappings"], await store.RowsAsync(Peers));
        Assert.Equal([$"A1 | {Phone} | {Lid} | late | lid_mappings", "A2 | - | - | none | -"], await store.RowsAsync(Authors));
    }

    [Fact]
    public async Task A_member_of_a_group_gets_the_phone_as_well()
    {
        var group = await store.GroupAsync();
        await store.RunAsync(GroupMessage(group, "A1", lid: Lid), GroupMessage(group, "A2", lid: OtherLid));
        await store.MappingAsync(Lid, Phone);

        Assert.Equal([SinkOutcomes.Phone], await store.RunAsync(Learned()));

        Assert.Equal([$"A1 | {Phone} | {Lid} | late | lid_mappings", $"A2 | - | {OtherLid} | none | -"], await store.RowsAsync(Authors));
    }

    [Fact]
    public async Task What_was_on_its_way_while_the_phone_was_told_gets_it_when_it_is_stored()
    {
        var chat = await store.ConversationAsync();
        await store.MappingAsync(Lid, Phone);
        await store.RunAsync(Learned());

        await store.RunAsync(Message(chat, "A1", phone: null, lid: Lid));

        Assert.Equal([$"A1 | {Phone} | {Lid} | late | lid_mappings"], await store.RowsAsync(Peers));
    }

    [Fact]
    public async Task A_phone_that_is_told_a_moment_before_it_stands_in_the_table_counts()
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1", phone: null, lid: Lid));

        await store.RunAsync(Learned());

        Assert.Equal([$"A1 | {Phone} | {Lid} | late | lid_mappings"], await store.RowsAsync(Peers));
    }

    [Fact]
    public async Task Of_several_phones_stated_of_a_LID_the_one_in_the_table_is_taken()
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1", phone: null, lid: Lid));
        await store.MappingAsync(Lid, Phone);

        await store.RunAsync(Learned(phone: OtherPhone));

        Assert.Equal([$"A1 | {Phone} | {Lid} | late | lid_mappings"], await store.RowsAsync(Peers));
    }

    [Fact]
    public async Task A_phone_that_is_known_only_from_a_trusted_quote_says_so()
    {
        var chat = await store.ConversationAsync();
        await store.MappingAsync(Lid, Phone, grade: "quoted");

        await store.RunAsync(Message(chat, "A1", phone: null, lid: Lid), Learned());

        Assert.Equal([$"A1 | {Phone} | {Lid} | late | contextInfo.participant"], await store.RowsAsync(Peers));
    }

    [Fact]
    public async Task A_phone_that_a_message_has_is_never_replaced()
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1", lid: Lid, field: "key.remoteJidAlt"));
        await store.MappingAsync(Lid, OtherPhone);

        await store.RunAsync(Learned(phone: OtherPhone));

        Assert.Equal([$"A1 | {Phone} | {Lid} | direct | key.remoteJidAlt"], await store.RowsAsync(Peers));
    }

    [Fact]
    public async Task What_an_operator_has_denied_is_not_filled_in()
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1", phone: null, lid: Lid));
        await store.SplitAsync(Lid, Phone, chat);

        await store.RunAsync(Learned());

        Assert.Equal([$"A1 | - | {Lid} | none | -"], await store.RowsAsync(Peers));
    }

    [Fact]
    public async Task What_loses_a_denied_phone_gets_the_next_best()
    {
        var (mine, theirs) = (await store.PersonAsync(Lid + "@lid"), await store.PersonAsync(Phone));
        await store.RunAsync(Message(mine, "A1", lid: Lid));
        await store.SplitAsync(Lid, Phone, mine, theirs);
        await store.MappingAsync(Lid, OtherPhone, grade: "seed");

        await store.RunAsync(Split(mine, theirs));

        Assert.Equal([$"A1 | {OtherPhone} | {Lid} | late | lid_mappings"], await store.RowsAsync(Peers));
    }

    [Fact]
    public async Task The_digits_of_a_LID_are_never_filled_in_as_a_phone()
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1", phone: null, lid: Lid), Message(chat, "A2", phone: null, lid: OtherLid));
        await store.MappingAsync(OtherPhone[1..], Phone);

        await store.RunAsync(Learned(phone: "+" + Lid), Learned(OtherLid, OtherPhone));

        Assert.Equal([$"A1 | - | {Lid} | none | -", $"A2 | - | {OtherLid} | none | -"], await store.RowsAsync(Peers));
    }

    [Fact]
    public async Task Another_business_learns_nothing_from_it()
    {
        var chat = await store.ConversationAsync(business: 8);
        await store.RunAsync(Message(chat, "A1", phone: null, lid: Lid, business: 8));
        await store.MappingAsync(Lid, Phone);

        await store.RunAsync(Learned());

        Assert.Equal([$"A1 | - | {Lid} | none | -"], await store.RowsAsync(Peers));
    }

    /// <summary>One message of a LID: passed unresolved (<c>U</c>), the phone told (<c>T</c>), sent again and found in the table (<c>F</c>), or sent again with the phone beside it (<c>E</c>).</summary>
    [Theory]
    [InlineData("U T F", "late")]
    [InlineData("U F T", "late")]
    [InlineData("UF T", "late")]
    [InlineData("UTF", "late")]
    [InlineData("F U T", "late")]
    [InlineData("F T", "table")]
    [InlineData("F F T", "table")]
    [InlineData("U T E", "envelope")]
    [InlineData("U E T", "envelope")]
    [InlineData("UE T", "envelope")]
    [InlineData("UTE F", "envelope")]
    [InlineData("U TF E", "envelope")]
    public async Task The_source_is_the_same_however_copies_and_the_phone_are_cut_into_batches(string batches, string source)
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A0"));
        foreach (var batch in batches.Split(' '))
        {
            // The Resolver writes its table before anything that follows from it.
            if (batch.IndexOfAny(['T', 'F', 'E']) >= 0) await store.MappingAsync(Lid, Phone);
            await store.RunAsync([.. batch.Select(Copy)]);
        }

        Assert.Equal([$"{Phone} | {Lid} | {source} | {source}"], await store.RowsAsync("SELECT peer_phone, peer_lid, peer_source, author_source FROM whatsapp_message WHERE message_id = 'A1'"));

        LinkedEvent Copy(char what) => what switch
        {
            'U' => Message(chat, "A1", phone: null, lid: Lid, delivery: "U"),
            'T' => Learned(),
            'F' => From(Party.Types.Source.Table, "lid_mappings"),
            _ => From(Party.Types.Source.Envelope, "key.remoteJidAlt"),
        };

        LinkedEvent From(Party.Types.Source where, string field)
        {
            var copy = Message(chat, "A1", lid: Lid, field: field, delivery: $"{where}");
            copy.Message.Peer.Source = where;
            return copy;
        }
    }

    [Fact]
    public async Task Told_again_or_replayed_with_the_phone_nothing_changes()
    {
        var chat = await store.ConversationAsync();
        await store.MappingAsync(Lid, Phone);
        await store.RunAsync(Message(chat, "A1", phone: null, lid: Lid), Learned());
        var before = await store.RowsAsync("SELECT m.*, m.xmin FROM whatsapp_message m");

        var replayed = Message(chat, "A1", lid: Lid, field: "lid_mappings");
        replayed.Message.Peer.Source = Party.Types.Source.Table;
        await store.RunAsync(Learned());
        await store.RunAsync(replayed);

        Assert.Equal(before, await store.RowsAsync("SELECT m.*, m.xmin FROM whatsapp_message m"));
    }

    [Theory]
    [InlineData("", Phone, "bad_lid")]
    [InlineData(Lid, "972501234567", "bad_phone")]
    public async Task What_cannot_be_a_pair_is_set_aside(string lid, string phone, string reason) =>
        Assert.Equal(reason, Assert.IsType<Outcome.Reject>(Assert.Single(await store.RunAsync(Learned(lid, phone)))).Reason);
}
