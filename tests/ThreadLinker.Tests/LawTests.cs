using Pipeline.Contracts;
using Pipeline.Servers;
using Xunit;

namespace Pipeline.ThreadLinker.Tests;

/// <summary>
/// Any order, any duplication and any cutting into batches of the same events ends with the same messages together, the same phone and
/// the same name for each. Every failure names its seed.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class LawTests(PostgresFixture postgres)
{
    private const int Histories = 200;
    private const int Orders = 5;

    [Fact]
    public async Task Every_order_of_the_same_events_ends_with_the_same_conversations()
    {
        await using var database = await postgres.MigratedDatabaseAsync();
        var linker = new Linker(database);
        for (var seed = 0; seed < Histories; seed++)
        {
            var history = new History(seed);
            for (var order = 0; order < Orders; order++)
            {
                // A business of its own for every run: they cannot influence each other, which is a law too.
                var business = 1 + (seed * Orders) + order;
                var (linked, merges) = await PlayAsync(linker, history, business, new Random(business));

                Assert.True(history.Expected() == await OutcomeAsync(linker, business, linked), $"seed {seed}, order {order}");
                Assert.True(await AreAnnouncedAsync(linker, business, merges), $"seed {seed}, order {order}: merges");
            }
        }
        await NothingIsOutOfPlaceAsync(linker);
    }

    /// <summary>Nothing points to what has ended, and nothing has been left behind.</summary>
    private static async Task NothingIsOutOfPlaceAsync(Linker linker)
    {
        Assert.Equal(0, await linker.CountAsync("leads l JOIN leads s ON s.business_id = l.business_id AND s.lead_id = l.merged_into WHERE s.merged_into IS NOT NULL"));
        Assert.Equal(0, await linker.CountAsync("whatsapp_conversation c JOIN whatsapp_conversation s ON s.id = c.merged_into WHERE s.merged_into IS NOT NULL OR s.business_id <> c.business_id"));
        Assert.Equal(0, await linker.CountAsync("contact_identities i JOIN leads l USING (business_id, lead_id) WHERE l.merged_into IS NOT NULL"));
        Assert.Equal(0, await linker.CountAsync("conversation_alias a JOIN whatsapp_conversation c ON c.id = a.conversation_id WHERE c.merged_into IS NOT NULL"));
        Assert.Equal(0, await linker.CountAsync("leads l JOIN whatsapp_conversation c USING (business_id, lead_id) WHERE (l.merged_into IS NULL) <> (c.merged_into IS NULL)"));
        Assert.Equal(0, await linker.CountAsync("""
            stated_pair p LEFT JOIN contact_identities i ON i.business_id = p.business_id AND i.channel = p.channel AND i.external_id = p.external_id
              LEFT JOIN contact_identities o ON o.business_id = p.business_id AND o.channel = p.other_channel AND o.external_id = p.other_id
             WHERE i.lead_id IS DISTINCT FROM o.lead_id
            """));
        Assert.Equal(0, await linker.CountAsync("leads l WHERE phone_e164 IS NOT NULL AND merged_into IS NULL AND NOT EXISTS (SELECT FROM contact_identities i WHERE i.business_id = l.business_id AND i.lead_id = l.lead_id AND i.external_id = l.phone_e164)"));
    }

    /// <summary>Shuffles, repeats some events, cuts into batches, and runs some batches twice, as after a crash before the announcement.</summary>
    private static async Task<(Dictionary<string, long> Linked, List<ConversationMerged> Merges)> PlayAsync(Linker linker, History history, long business, Random random)
    {
        List<EnrichedEvent> events = [.. history.Events.Select(make => make(business))];
        events.AddRange(events.Where(_ => random.Next(4) == 0).ToArray());
        var shuffled = events.ToArray();
        random.Shuffle(shuffled);

        var linked = new Dictionary<string, long>();
        var merges = new List<ConversationMerged>();
        for (var at = 0; at < shuffled.Length;)
        {
            var size = random.Next(1, 12);
            var batch = shuffled.Skip(at).Take(size).ToArray();
            at += batch.Length;
            if (random.Next(4) == 0) await linker.RunAsync(batch);
            foreach (var one in await linker.LinkAsync(batch))
            {
                if (one.Message is { } message) linked[message.MessageId] = one.Conversation.ConversationId;
                if (one.ConversationMerged is { } merge) merges.Add(merge);
            }
        }
        return (linked, merges);
    }

    private static async Task<string> OutcomeAsync(Linker linker, long business, Dictionary<string, long> linked)
    {
        var live = (await linker.ColumnAsync($"""
            SELECT c.id || ' ' || COALESCE(c.merged_into, c.id) || ' ' || COALESCE(l.phone_e164, '-') || ' ' || COALESCE(l.push_name, '-')
              FROM whatsapp_conversation c JOIN whatsapp_conversation s ON s.id = COALESCE(c.merged_into, c.id)
              JOIN leads l ON l.business_id = s.business_id AND l.lead_id = s.lead_id
             WHERE c.business_id = {business}
            """)).Select(row => row.Split(' ')).ToDictionary(row => long.Parse(row[0]));
        return History.Describe(linked.GroupBy(message => live[message.Value][1]).Select(conversation => (
            conversation.Select(message => message.Key), (string?)live[conversation.First().Value][2], (string?)live[conversation.First().Value][3])));
    }

    /// <summary>True when a reader who follows the announcements alone ends where the database is.</summary>
    private static async Task<bool> AreAnnouncedAsync(Linker linker, long business, List<ConversationMerged> merges)
    {
        var next = merges.ToLookup(merge => merge.Absorbed.ConversationId, merge => merge.Survivor.ConversationId);
        long Follow(long conversation) => next[conversation].FirstOrDefault(conversation) is var to && to == conversation ? conversation : Follow(to);
        var stored = await linker.ColumnAsync($"SELECT id || ' ' || COALESCE(merged_into, id) FROM whatsapp_conversation WHERE business_id = {business}");
        return stored.Select(row => row.Split(' ')).All(row => Follow(long.Parse(row[0])) == long.Parse(row[1]));
    }
}
