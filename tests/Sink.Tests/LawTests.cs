using Pipeline.Contracts;
using Pipeline.Servers;
using Xunit;
using static Pipeline.Contracts.MessageUpdate.Types;
using static Pipeline.Sink.Tests.Linked;

namespace Pipeline.Sink.Tests;

/// <summary>
/// Messages, stubs, receipts, edits, deletions and merges end in the same rows whatever the order in which they come, however often, and
/// however they are cut into batches. Every failure names its seed.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class LawTests(PostgresFixture postgres)
{
    private const int Histories = 100;
    private const int Orders = 5;
    private const int Chats = 3;

    [Fact]
    public async Task Every_order_of_the_same_events_ends_in_the_same_rows()
    {
        await using var database = await postgres.MigratedDatabaseAsync();
        var store = new Store(database);
        for (var seed = 0; seed < Histories; seed++)
        {
            string? expected = null;
            for (var order = 0; order < Orders; order++)
            {
                var chats = new long[Chats];
                for (var chat = 0; chat < Chats; chat++) chats[chat] = await store.ConversationAsync();
                await PlayAsync(store, EventsOf(new Random(seed), chats), new Random((seed * Orders) + order));

                var rows = await RowsAsync(store, chats);
                Assert.True((expected ??= rows) == rows, $"seed {seed}, order {order}:\n{expected}\n\n{rows}");
                Assert.True(await CountsAreRightAsync(store, chats), $"seed {seed}, order {order}: counters");
            }
        }
        await Mission.HoldsAsync(database);
    }

    private static List<LinkedEvent> EventsOf(Random random, long[] chats)
    {
        var events = new List<LinkedEvent>();
        var length = random.Next(5, 40);
        for (var at = 0; at < length; at++)
        {
            var chat = random.Next(chats.Length);
            var number = random.Next(5);
            var fromMe = number % 2 == 0;
            // Whoever wrote it, its text and its time belong to the message; what a copy knows of them differs.
            events.Add(random.Next(9) switch
            {
                0 => Message(chats[chat], $"M{number}", number, fromMe: fromMe, stub: true, delivery: $"{at}", field: "key.remoteJid", raw: at),
                1 => Message(chats[chat], $"M{number}", null, $"text {number}", fromMe, delivery: $"{at}", field: "key.remoteJid", raw: at),
                2 => Message(chats[chat], $"M{number}", number, $"text {number}", fromMe, phone: null, lid: Lid, delivery: $"{at}", raw: at),
                3 => Message(chats[chat], $"M{number}", number, $"text {number}", fromMe, status: Status(random), delivery: $"{at}", field: "key.remoteJid", raw: at),
                4 => Receipt(chats[chat], $"M{number}", Status(random), at, fromMe),
                5 => Update(chats[chat], $"M{number}", Change.Edit, at, $"edit {at}", fromMe: fromMe),
                6 => Update(chats[chat], $"M{number}", random.Next(4) == 0 ? Change.Revoke : Change.Delete, at, fromMe: random.Next(2) == 0, targetFromMe: fromMe),
                7 when chat > 0 => Merge(chats[chat], chats[random.Next(chat)]),
                _ => Update(chats[chat], $"M{number}", Change.Reaction, at, reaction: "👍", targetFromMe: fromMe),
            });
        }
        return events;
    }

    /// <summary>Shuffles, repeats, cuts. A merge is in the directory before it is announced, sometimes long before.</summary>
    private static async Task PlayAsync(Store store, List<LinkedEvent> events, Random random)
    {
        events.AddRange(events.Where(_ => random.Next(4) == 0).ToArray());
        var shuffled = events.ToArray();
        random.Shuffle(shuffled);
        var merged = new HashSet<long>();

        async Task MergeAsync(LinkedEvent one)
        {
            if (one.ConversationMerged is not { } merge || !merged.Add(merge.Absorbed.ConversationId)) return;
            // Of several merges of one conversation the first in the list of events is the one that the directory knows.
            var first = events.First(other => other.ConversationMerged?.Absorbed.ConversationId == merge.Absorbed.ConversationId).ConversationMerged;
            await store.MergeAsync(first.Absorbed.ConversationId, await HomeAsync(store, first.Survivor.ConversationId));
        }

        if (random.Next(3) == 0) foreach (var one in shuffled) await MergeAsync(one);
        for (var at = 0; at < shuffled.Length;)
        {
            var batch = shuffled.Skip(at).Take(random.Next(1, 12)).ToArray();
            at += batch.Length;
            foreach (var one in batch) await MergeAsync(one);
            await store.RunAsync(batch);
        }
    }

    private static async Task<long> HomeAsync(Store store, long chat) =>
        (long)(await store.ScalarAsync($"SELECT COALESCE(merged_into, id) FROM whatsapp_conversation WHERE id = {chat}"))!;

    private static async Task<string> RowsAsync(Store store, long[] chats) => string.Join('\n', await store.RowsAsync($"""
        SELECT conversation_id - {chats[0]}, message_id, author_key, type, body, status, sent_at, undecryptable, edited_at, revoked, peer_phone, peer_lid, push_name,
               peer_source, peer_field, peer_address, author_field, raw_partition, raw_offset
          FROM whatsapp_message WHERE conversation_id BETWEEN {chats[0]} AND {chats[^1]} ORDER BY 1, 2, 3
        """));

    private static async Task<bool> CountsAreRightAsync(Store store, long[] chats) => await store.ScalarAsync($"""
        SELECT count(*) FROM whatsapp_conversation c
         CROSS JOIN LATERAL (SELECT count(*) AS messages, max(sent_at) AS newest, max(sent_at) FILTER (WHERE from_me) AS own FROM whatsapp_message WHERE conversation_id = c.id) m
         WHERE c.id BETWEEN {chats[0]} AND {chats[^1]}
           AND (c.message_count, c.last_message_at, c.last_business_at, c.unread_count) IS DISTINCT FROM
               (m.messages, m.newest, m.own, (SELECT count(*) FROM whatsapp_message WHERE conversation_id = c.id AND NOT from_me AND sent_at > COALESCE(m.own, '-infinity')))
        """) is 0L;

    private static string Status(Random random) => ((string[])["ERROR", "PENDING", "SERVER_ACK", "DELIVERY_ACK", "READ"])[random.Next(5)];
}
