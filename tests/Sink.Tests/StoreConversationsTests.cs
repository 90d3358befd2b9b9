using System.Diagnostics.Metrics;
using Pipeline.Contracts;
using Pipeline.Servers;
using Pipeline.Streaming;
using Xunit;
using static Pipeline.Contracts.MessageUpdate.Types;
using static Pipeline.Sink.Tests.Linked;

namespace Pipeline.Sink.Tests;

[Collection(PostgresCollection.Name)]
public sealed class StoreConversationsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string RollUp = "SELECT message_count, unread_count, last_message_at FROM whatsapp_conversation WHERE id = ";

    private Store store = null!;

    public async Task InitializeAsync() => store = new Store(await postgres.MigratedDatabaseAsync());

    public async Task DisposeAsync()
    {
        await Mission.HoldsAsync(store.Database);
        await store.Database.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_one_row_with_everything_that_is_known()
    {
        var chat = await store.ConversationAsync();

        Assert.Equal([Outcome.Done], await store.RunAsync(Message(chat, "A1", at: 5, lid: Lid, status: "DELIVERY_ACK")));

        Assert.Equal(
            [$"7 | {chat} | A1 | peer | {IdOf($"message 7 {chat} A1 False False ")} | False | {Phone} | {Lid} | direct | {Phone} | {Lid} | direct | Dana | text | hello | 3 | 5s | False | - | False"],
            await store.RowsAsync("""
                SELECT business_id, conversation_id, message_id, author_key, event_id, from_me, peer_phone, peer_lid, peer_source, author_phone, author_lid, author_source,
                       push_name, type, body, status, sent_at, undecryptable, edited_at, revoked FROM whatsapp_message
                """));
    }

    [Fact]
    public async Task A_message_says_which_field_gave_each_phone_and_where_its_event_lies()
    {
        var chat = await store.ConversationAsync();

        await store.RunAsync(Message(chat, "A1", lid: Lid, field: "key.remoteJidAlt", raw: 1234), Message(chat, "A2"));

        Assert.Equal(
            ["key.remoteJidAlt | key.remoteJidAlt | 3 | 1234", "- | - | - | -"],
            await store.RowsAsync("SELECT peer_field, author_field, raw_partition, raw_offset FROM whatsapp_message ORDER BY message_id"));
    }

    [Fact]
    public async Task A_phone_that_was_quoted_is_marked_as_such()
    {
        var chat = await store.ConversationAsync();
        var message = Message(chat, "A1", lid: Lid, field: "contextInfo.participant");
        message.Message.Peer.Source = Party.Types.Source.Quoted;

        await store.RunAsync(message);

        Assert.Equal(["quoted | contextInfo.participant"], await store.RowsAsync("SELECT peer_source, peer_field FROM whatsapp_message"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_field_stays_with_the_phone_it_gave(bool inOneBatch)
    {
        var chat = await store.ConversationAsync();
        LinkedEvent[] copies = [Message(chat, "A1", phone: null, lid: Lid), Message(chat, "A1", lid: Lid, field: "key.remoteJidAlt", delivery: "2"), Message(chat, "A1", field: "key.remoteJid", delivery: "3")];

        if (inOneBatch) await store.RunAsync(copies);
        else foreach (var copy in copies) await store.RunAsync(copy);

        Assert.Equal(["direct | key.remoteJidAlt"], await store.RowsAsync("SELECT peer_source, peer_field FROM whatsapp_message"));
    }

    [Theory]
    [InlineData("stub 5, text 9, text 7", 7)]
    [InlineData("text 7, text 9, stub 5", 7)]
    [InlineData("text 9, stub 5, text 7", 7)]
    [InlineData("stub 5, stub 4, stub 6", 4)]
    [InlineData("text, text 8, text 9", 8)]
    public async Task Event_and_position_are_those_of_the_earliest_copy_that_could_be_read(string copies, int expected)
    {
        var (one, each) = (await store.ConversationAsync(), await store.ConversationAsync());

        await store.RunAsync([.. Copies(one)]);
        foreach (var copy in Copies(each)) await store.RunAsync(copy);

        foreach (var chat in (long[])[one, each])
            Assert.Equal(
                [$"3 | {expected} | {Copies(chat).Single(copy => copy.Raw?.Offset == expected).EventId}"],
                await store.RowsAsync($"SELECT raw_partition, raw_offset, event_id FROM whatsapp_message WHERE conversation_id = {chat}"));

        IEnumerable<LinkedEvent> Copies(long chat) => copies.Split(", ").Select(copy => copy.Split(' '))
            .Select(copy => Message(chat, "A1", stub: copy[0] == "stub", delivery: string.Join(' ', copy), raw: copy.Length > 1 ? int.Parse(copy[1]) : null));
    }

    [Fact]
    public async Task A_message_that_comes_again_is_a_duplicate_and_changes_nothing()
    {
        var chat = await store.ConversationAsync();
        var message = Message(chat, "A1");

        Assert.Equal([Outcome.Done, new Outcome.Skip("duplicate")], await store.RunAsync(message, message));
        var before = await EverythingAsync();
        Assert.Equal([new Outcome.Skip("duplicate")], await store.RunAsync(message));

        Assert.Equal(before, await EverythingAsync());
        Assert.Equal([$"1 | 1 | 0s"], await store.RowsAsync(RollUp + chat));
    }

    [Fact]
    public async Task The_two_sides_of_a_chat_may_use_the_same_message_id()
    {
        var chat = await store.ConversationAsync();

        await store.RunAsync(Message(chat, "A1"), Message(chat, "A1", fromMe: true));

        Assert.Equal(["business", "peer"], await store.RowsAsync("SELECT author_key FROM whatsapp_message ORDER BY 1"));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Content_replaces_a_stub_and_a_stub_never_replaces_content(bool stubFirst, bool inOneBatch)
    {
        var chat = await store.ConversationAsync();
        LinkedEvent[] copies = [Message(chat, "A1", stub: true, lid: Lid, phone: null, delivery: "stub"), Message(chat, "A1", text: "the text")];
        if (!stubFirst) Array.Reverse(copies);

        if (inOneBatch) await store.RunAsync(copies);
        else foreach (var copy in copies) await store.RunAsync(copy);

        Assert.Equal([$"text | the text | False | Dana | {Phone} | {Lid} | direct"], await store.RowsAsync(
            "SELECT type, body, undecryptable, push_name, peer_phone, peer_lid, peer_source FROM whatsapp_message"));
    }

    [Theory]
    [InlineData("PENDING", "ERROR", 0)]
    [InlineData("ERROR", "SERVER_ACK", 2)]
    [InlineData("DELIVERY_ACK", "ERROR", 3)]
    [InlineData("READ", "DELIVERY_ACK", 4)]
    [InlineData("", "PLAYED", 5)]
    public async Task A_status_only_rises_whatever_comes_first(string one, string other, int expected)
    {
        var chat = await store.ConversationAsync();

        await store.RunAsync(Message(chat, "A1", fromMe: true, status: one));
        await store.RunAsync(Message(chat, "A1", fromMe: true, status: other, delivery: "again"));
        await store.RunAsync(Message(chat, "A2", fromMe: true, status: other), Message(chat, "A2", fromMe: true, status: one, delivery: "again"));
        await store.RunAsync(Message(chat, "A3", fromMe: true, status: one));
        await store.RunAsync(Receipt(chat, "A3", other));
        await store.RunAsync(Receipt(chat, "A4", other));
        await store.RunAsync(Message(chat, "A4", fromMe: true, status: one));

        Assert.Equal([$"{expected}", $"{expected}", $"{expected}", $"{expected}"], await store.RowsAsync("SELECT status FROM whatsapp_message"));
    }

    [Fact]
    public async Task Receipts_and_edits_wait_for_their_message()
    {
        var chat = await store.ConversationAsync();

        Assert.Equal(
            [new Outcome.Skip("receipt"), new Outcome.Skip("edit"), new Outcome.Skip("edit"), new Outcome.Skip("reaction")],
            await store.RunAsync(
                Receipt(chat, "A1", "READ"), Update(chat, "A1", Change.Edit, at: 20, text: "last", fromMe: true),
                Update(chat, "A1", Change.Edit, at: 10, text: "first", fromMe: true), Update(chat, "A1", Change.Reaction, reaction: "👍", targetFromMe: true)));
        await store.RunAsync(Message(chat, "A1", fromMe: true, text: "original"));

        Assert.Equal(["4 | last | 20s"], await store.RowsAsync("SELECT status, body, edited_at FROM whatsapp_message"));
        Assert.Equal(["👍 | peer"], await store.RowsAsync("SELECT reaction, author_key FROM whatsapp_message_update WHERE change = 'reaction'"));
    }

    [Fact]
    public async Task An_edit_stands_when_the_original_comes_again()
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1", stub: true, delivery: "stub"), Update(chat, "A1", Change.Edit, at: 10, text: "edited"));

        await store.RunAsync(Message(chat, "A1", text: "original"));
        await store.RunAsync(Message(chat, "A1", text: "original", delivery: "append"));

        Assert.Equal(["text | edited | 10s"], await store.RowsAsync("SELECT type, body, edited_at FROM whatsapp_message"));
    }

    [Fact]
    public async Task An_edit_that_cannot_be_read_changes_nothing()
    {
        var chat = await store.ConversationAsync();

        await store.RunAsync(Message(chat, "A1", text: "original"), Update(chat, "A1", Change.Edit, at: 10));

        Assert.Equal(["original | -"], await store.RowsAsync("SELECT body, edited_at FROM whatsapp_message"));
    }

    [Fact]
    public async Task Nobody_edits_or_revokes_what_the_other_side_wrote()
    {
        var chat = await store.ConversationAsync();

        await store.RunAsync(
            Message(chat, "A1", fromMe: true, text: "original"),
            Update(chat, "A1", Change.Edit, text: "forged", targetFromMe: true), Update(chat, "A1", Change.Revoke, targetFromMe: true));

        Assert.Equal(["original | False"], await store.RowsAsync("SELECT body, revoked FROM whatsapp_message"));
    }

    [Fact]
    public async Task A_message_deleted_for_everyone_is_revoked_and_one_deleted_on_the_own_devices_is_not()
    {
        var chat = await store.ConversationAsync();

        await store.RunAsync(Message(chat, "A1"), Message(chat, "A2"), Update(chat, "A1", Change.Revoke), Update(chat, "A2", Change.Delete, fromMe: true, targetFromMe: false));

        Assert.Equal(["A1 | True", "A2 | False"], await store.RowsAsync("SELECT message_id, revoked FROM whatsapp_message ORDER BY 1"));
    }

    [Fact]
    public async Task In_a_group_an_administrator_may_revoke()
    {
        var group = await store.GroupAsync();

        await store.RunAsync(GroupMessage(group, "A1", lid: Lid), Update(group, "A1", Change.Revoke, author: new Party { Lid = "999" }, targetFromMe: false));

        Assert.Equal(["True"], await store.RowsAsync("SELECT revoked FROM whatsapp_message"));
    }

    [Fact]
    public async Task Two_members_of_a_group_may_use_the_same_message_id()
    {
        var group = await store.GroupAsync();

        await store.RunAsync(GroupMessage(group, "A1", lid: "111"), GroupMessage(group, "A1", lid: "222"), GroupMessage(group, "A1", fromMe: true));

        Assert.Equal(["111", "222", "business"], await store.RowsAsync("SELECT author_key FROM whatsapp_message ORDER BY 1"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_member_of_a_group_is_one_author_by_LID_and_by_phone(bool inOneBatch)
    {
        var group = await store.GroupAsync();
        LinkedEvent[] copies = [GroupMessage(group, "A1", phone: Phone), GroupMessage(group, "A1", phone: Phone, lid: Lid), GroupMessage(group, "A1", lid: Lid)];

        if (inOneBatch) await store.RunAsync(copies);
        else foreach (var copy in copies) await store.RunAsync(copy);

        Assert.Equal([$"{Phone} | {Lid}"], await store.RowsAsync("SELECT author_phone, author_lid FROM whatsapp_message"));
        Assert.Equal(["1 | 1 | 0s"], await store.RowsAsync(RollUp + group));
    }

    [Fact]
    public async Task Unread_is_what_was_received_after_the_last_word_of_the_business()
    {
        var chat = await store.ConversationAsync();

        await store.RunAsync(Message(chat, "A1", at: 10), Message(chat, "A2", at: 20));
        Assert.Equal(["2 | 2 | 20s"], await store.RowsAsync(RollUp + chat));

        await store.RunAsync(Message(chat, "B1", at: 15, fromMe: true));
        Assert.Equal(["3 | 1 | 20s"], await store.RowsAsync(RollUp + chat));

        await store.RunAsync(Message(chat, "A3", at: 12), Message(chat, "A4", at: 30), Message(chat, "A5", at: null));
        Assert.Equal(["6 | 2 | 30s"], await store.RowsAsync(RollUp + chat));

        await store.RunAsync(Message(chat, "A6", at: 40), Message(chat, "B2", at: 35, fromMe: true));
        Assert.Equal(["8 | 1 | 40s"], await store.RowsAsync(RollUp + chat));
    }

    [Fact]
    public async Task A_time_of_sending_that_becomes_known_moves_the_roll_ups()
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1", at: null));
        Assert.Equal(["1 | 0 | -"], await store.RowsAsync(RollUp + chat));

        await store.RunAsync(Message(chat, "A1", at: 50, delivery: "append"));

        Assert.Equal(["1 | 1 | 50s"], await store.RowsAsync(RollUp + chat));
    }

    [Fact]
    public async Task A_newer_message_opens_a_closed_conversation_and_an_older_one_does_not()
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1", at: 10));
        await store.ScalarAsync("UPDATE whatsapp_conversation SET is_open = false, summary_created = true");

        await store.RunAsync(Message(chat, "A0", at: 5));
        await store.RunAsync(Message(chat, "A?", at: null));
        Assert.Equal(["False | True"], await store.RowsAsync("SELECT is_open, summary_created FROM whatsapp_conversation"));

        await store.RunAsync(Message(chat, "A2", at: 11));
        Assert.Equal(["True | False"], await store.RowsAsync("SELECT is_open, summary_created FROM whatsapp_conversation"));
    }

    [Fact]
    public async Task A_merge_moves_everything_and_keeps_one_of_two_copies_with_the_best_of_both()
    {
        var (byLid, byPhone) = (await store.ConversationAsync(), await store.ConversationAsync());
        await store.RunAsync(
            Message(byLid, "A1", at: 10, stub: true, phone: null, lid: Lid), Message(byPhone, "A1", at: 10, text: "the text"),
            Message(byLid, "A2", at: 20, phone: null, lid: Lid), Message(byPhone, "B1", at: 15, fromMe: true),
            Receipt(byLid, "B1", "READ"), Update(byLid, "A1", Change.Edit, at: 99, text: "edited"));
        await store.MergeAsync(byLid, byPhone);

        Assert.Equal([new Outcome.Skip("merge")], await store.RunAsync(Merge(byLid, byPhone)));

        Assert.Equal(
            [$"{byPhone} | A1 | edited | {Phone} | {Lid} | -", $"{byPhone} | A2 | hello | - | {Lid} | -", $"{byPhone} | B1 | hello | {Phone} | - | 4"],
            await store.RowsAsync("SELECT conversation_id, message_id, body, peer_phone, peer_lid, status FROM whatsapp_message ORDER BY message_id"));
        Assert.Equal(["3 | 1 | 20s"], await store.RowsAsync(RollUp + byPhone));
        Assert.Equal(["0 | 0 | -"], await store.RowsAsync(RollUp + byLid));
    }

    [Fact]
    public async Task A_row_that_a_merge_gives_up_as_a_copy_is_counted_so_that_the_books_balance()
    {
        long folded = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Name == "whatsapp_messages_folded") self.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((_, rows, _, _) => Interlocked.Add(ref folded, rows));
        listener.Start();
        var (byLid, byPhone) = (await store.ConversationAsync(), await store.ConversationAsync());
        await store.RunAsync(Message(byLid, "A1"), Message(byPhone, "A1"), Message(byLid, "A2"), Message(byPhone, "A3"));
        await store.MergeAsync(byLid, byPhone);

        await store.RunAsync(Merge(byLid, byPhone));

        Assert.Equal(1, folded);
        Assert.Equal(3L, await store.ScalarAsync("SELECT count(*) FROM whatsapp_message"));
    }

    [Fact]
    public async Task A_merge_that_comes_again_changes_nothing()
    {
        var (one, other) = (await store.ConversationAsync(), await store.ConversationAsync());
        await store.RunAsync(Message(one, "A1"), Message(other, "A2"));
        await store.MergeAsync(one, other);
        await store.RunAsync(Merge(one, other));
        var before = await EverythingAsync();

        await store.RunAsync(Merge(one, other));

        Assert.Equal(before, await EverythingAsync());
    }

    [Fact]
    public async Task Conversations_that_merge_in_a_chain_end_together_even_when_all_hold_the_same_message()
    {
        var (a, b, c) = (await store.ConversationAsync(), await store.ConversationAsync(), await store.ConversationAsync());
        await store.RunAsync(Message(a, "A1"), Message(b, "A1"), Message(a, "A2", at: 2), Message(b, "A3", at: 3));
        await store.MergeAsync(a, b);
        await store.MergeAsync(b, c);

        await store.RunAsync(Merge(a, b), Message(b, "A4", at: 4), Merge(b, c), Message(a, "A5", at: 5));

        Assert.Equal([$"{c} | 5"], await store.RowsAsync("SELECT conversation_id, count(*) FROM whatsapp_message GROUP BY 1"));
        Assert.Equal(["5 | 5 | 5s"], await store.RowsAsync(RollUp + c));
    }

    [Fact]
    public async Task Another_process_that_has_moved_on_is_noticed_before_anything_is_written()
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1"));
        var zombie = Store.NewStage(store.Database);
        await zombie.LoadAsync([new Position(Store.Topic, 0, 0)], default);
        await store.RunAsync(Message(chat, "A2"));
        var late = Store.BatchOf([Message(chat, "A3")], 1);

        await Assert.ThrowsAsync<PositionConflictException>(() => zombie.RunAsync(late, default));
        Assert.Equal(["2"], await store.RowsAsync("SELECT count(*) FROM whatsapp_message"));

        var stored = await zombie.LoadAsync([new Position(Store.Topic, 0, 0), new Position(Store.Topic, 5, 0)], default);
        Assert.Equal([new Position(Store.Topic, 0, 2)], stored);
        Assert.Equal([Outcome.Done], await zombie.RunAsync(Store.BatchOf([Message(chat, "A3")], 2), default));
    }

    [Fact]
    public async Task A_partition_that_was_never_stored_is_stored_once()
    {
        var chat = await store.ConversationAsync();
        var other = Store.NewStage(store.Database);
        await store.RunAsync(Message(chat, "A1"));

        await Assert.ThrowsAsync<PositionConflictException>(() => other.RunAsync(Store.BatchOf([Message(chat, "A1")], 0), default));
    }

    [Fact]
    public async Task Of_two_processes_with_the_same_partition_one_has_an_effect()
    {
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A0"));
        var processes = Enumerable.Range(0, 4).Select(_ => Store.NewStage(store.Database)).ToArray();
        foreach (var process in processes) await process.LoadAsync([new Position(Store.Topic, 0, 0)], default);

        var won = await Task.WhenAll(processes.Select(async process =>
        {
            try
            {
                await process.RunAsync(Store.BatchOf([Message(chat, "A1")], 1), default);
                return 1;
            }
            catch (PositionConflictException)
            {
                return 0;
            }
        }));

        Assert.Equal(1, won.Sum());
        Assert.Equal(["2 | 2 | 0s"], await store.RowsAsync(RollUp + chat));
    }

    [Fact]
    public async Task A_batch_of_which_nothing_could_be_read_still_moves_the_position()
    {
        await store.Stage.RunAsync(new Batch<LinkedEvent>([], [new Position(Store.Topic, 0, 17), new Position(Store.Topic, 3, 4)]), default);

        Assert.Equal(["0 | 17", "3 | 4"], await store.RowsAsync("SELECT partition, next_offset FROM sink_offset ORDER BY 1"));
    }

    [Fact]
    public async Task A_NUL_does_not_spoil_a_batch()
    {
        var chat = await store.ConversationAsync();

        await store.RunAsync(Message(chat, "A\0", text: "a\0b"), Message(chat, "A2"), Update(chat, "A2", Change.Reaction, reaction: "\0"));

        Assert.Equal(["A\uFFFD | a\uFFFDb"], await store.RowsAsync("SELECT message_id, body FROM whatsapp_message WHERE message_id <> 'A2'"));
    }

    [Theory]
    [InlineData("unknown_conversation")]
    [InlineData("of another business")]
    [InlineData("business_mismatch")]
    [InlineData("bad_event_id")]
    [InlineData("no_body")]
    [InlineData("bad_message_id")]
    [InlineData("bad_phone")]
    [InlineData("unknown_merge")]
    public async Task An_event_that_cannot_be_stored_is_set_aside_before_anything_takes_effect(string reason)
    {
        var (chat, foreign) = (await store.ConversationAsync(), await store.ConversationAsync(business: 8));
        var bad = reason switch
        {
            "unknown_conversation" => Message(4711, "X"),
            "of another business" => Message(foreign, "X"),
            "unknown_merge" => Merge(chat, foreign),
            "bad_message_id" => Message(chat, new string('x', 5000)),
            "bad_phone" => Message(chat, "X", phone: "972501234567"),
            _ => Message(chat, "X"),
        };
        if (reason == "business_mismatch") bad.BusinessId = 0;
        if (reason == "bad_event_id") bad.EventId = "X";
        if (reason == "no_body") bad.ClearBody();

        var batch = Store.BatchOf([Message(chat, "A1"), bad, Message(chat, "A2")], 0);
        var rejected = Assert.IsType<Outcome.Reject>((await store.Stage.RunAsync(batch, default))[1]);
        Assert.Equal(reason == "of another business" ? "unknown_conversation" : reason, rejected.Reason);
        Assert.Equal(bad.EventId, rejected.EventId);
        Assert.Equal(["0 | 0"], await store.RowsAsync("SELECT (SELECT count(*) FROM whatsapp_message), (SELECT count(*) FROM sink_offset)"));

        // The loop comes back with the rest, up to the same position.
        Assert.Equal([Outcome.Done, Outcome.Done], await store.Stage.RunAsync(batch with { Inputs = [batch.Inputs[0], batch.Inputs[2]] }, default));
        Assert.Equal(["2 | 3"], await store.RowsAsync("SELECT (SELECT count(*) FROM whatsapp_message), (SELECT next_offset FROM sink_offset)"));
    }

    [Fact]
    public async Task Two_businesses_with_the_same_message_ids_never_mix()
    {
        var (ours, theirs) = (await store.ConversationAsync(), await store.ConversationAsync(business: 8));

        await store.RunAsync(Message(ours, "A1"), Message(theirs, "A1", business: 8));
        await store.RunAsync(Receipt(ours, "A1", "READ", targetFromMe: false));

        Assert.Equal(["7 | 4", "8 | -"], await store.RowsAsync("SELECT business_id, status FROM whatsapp_message ORDER BY 1"));
    }

    [Fact]
    public async Task The_list_shows_each_live_conversation_once_by_its_best_name()
    {
        var (named, unnamed) = (await store.ConversationAsync(), await store.ConversationAsync());
        await store.ScalarAsync($"UPDATE leads SET push_name = 'Dana', phone_e164 = '{Phone}' WHERE lead_id = 1");
        await store.RunAsync(Message(named, "A1", at: 1, text: "first"), Message(named, "A2", at: 2, text: "last"), Message(unnamed, "A3", lid: Lid, phone: null));

        Assert.Equal(["Dana | last | 2", "Unknown | hello | 1"], await store.RowsAsync("SELECT display_name, last_message_body, unread_count FROM conversation_list ORDER BY conversation_id"));
    }

    private async Task<string> EverythingAsync() => string.Join('\n', await store.RowsAsync("""
        SELECT 'message', m::text, m.xmin::text FROM whatsapp_message m UNION ALL SELECT 'update', u::text, u.xmin::text FROM whatsapp_message_update u
        UNION ALL SELECT 'conversation', c::text, '' FROM whatsapp_conversation c ORDER BY 1, 2
        """));
}
