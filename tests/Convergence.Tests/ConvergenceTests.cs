using System.Diagnostics;
using Pipeline.Contracts;
using Pipeline.Servers;
using Pipeline.ThreadLinker.Tests;
using Xunit;

namespace Pipeline.Convergence.Tests;

/// <summary>
/// Any order, any duplication and any cutting into batches of the same events ends, in Postgres, with the same messages together and the same
/// phone for each. <c>CONVERGENCE_HISTORIES</c> sets another number of histories.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class ConvergenceTests(PostgresFixture postgres)
{
    private const int Orders = 20;
    private const int InOneGo = 50;

    private static int Histories => int.TryParse(Environment.GetEnvironmentVariable("CONVERGENCE_HISTORIES"), out var wanted) ? wanted : 1_000;

    [Fact]
    public async Task Every_order_of_the_same_events_ends_with_the_same_messages_together_and_the_same_phones()
    {
        await using var database = await postgres.MigratedDatabaseAsync();
        var writer = new Writer(database, partition: 0);
        var clock = Stopwatch.StartNew();
        var (events, repeated) = (0L, 0L);
        for (var from = 0; from < Histories; from += InOneGo)
        {
            var histories = Enumerable.Range(from, Math.Min(InOneGo, Histories - from)).Select(seed => new History(seed)).ToArray();
            for (var order = 0; order < Orders; order++)
            {
                var random = new Random((from * Orders) + order);
                // A business of its own for every run of every history, all mixed: they cannot influence each other, which is a law too.
                var runs = histories.Select((history, at) => Shuffled(history, BusinessOf(from + at, order), random, ref repeated)).ToArray();
                var mixed = Mixed(runs, random);
                events += mixed.Count;
                foreach (var batch in Cut(mixed, random)) await writer.RunAsync(batch);
            }
        }

        var outcomes = await OutcomesAsync(database);
        for (var seed = 0; seed < Histories; seed++)
        {
            var expected = new History(seed).Expected();
            for (var order = 0; order < Orders; order++)
                Assert.True(expected == outcomes.GetValueOrDefault(BusinessOf(seed, order), ""), $"history {seed}, order {order}:\n{expected}\n-- but\n{outcomes.GetValueOrDefault(BusinessOf(seed, order))}");
        }
        await Mission.HoldsAsync(database);
        Figures.Say($"Convergence: {Histories:N0} histories × {Orders} orders, {events:N0} events of which {100.0 * repeated / (events - repeated):0.#} % repetitions: "
            + $"the same partition of messages and the same phones every time ({clock.Elapsed.TotalSeconds:N0} s).");
    }

    private static long BusinessOf(int seed, int order) => 1 + ((long)seed * Orders) + order;

    private static Queue<EnrichedEvent> Shuffled(History history, long business, Random random, ref long repeated)
    {
        List<EnrichedEvent> events = [.. history.Events.Select(make => make(business))];
        var again = events.Where(_ => random.Next(10) == 0).ToArray();
        repeated += again.Length;
        events.AddRange(again);
        var shuffled = events.ToArray();
        random.Shuffle(shuffled);
        return new Queue<EnrichedEvent>(shuffled);
    }

    /// <summary>The runs side by side, each in its own order.</summary>
    private static List<EnrichedEvent> Mixed(Queue<EnrichedEvent>[] runs, Random random)
    {
        var mixed = new List<EnrichedEvent>();
        var left = runs.ToList();
        while (left.Count > 0)
        {
            var at = random.Next(left.Count);
            mixed.Add(left[at].Dequeue());
            if (left[at].Count == 0) left.RemoveAt(at);
        }
        return mixed;
    }

    private static IEnumerable<IReadOnlyList<EnrichedEvent>> Cut(List<EnrichedEvent> events, Random random)
    {
        for (var at = 0; at < events.Count;)
        {
            var size = Math.Min(random.Next(1, 600), events.Count - at);
            yield return events.GetRange(at, size);
            at += size;
        }
    }

    /// <summary>What each business has in the end, told from the stored messages alone.</summary>
    private static async Task<Dictionary<long, string>> OutcomesAsync(Npgsql.NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("""
            SELECT m.business_id, m.conversation_id, m.message_id, p.phone_e164, p.push_name
              FROM whatsapp_message m
              JOIN whatsapp_conversation c ON c.id = m.conversation_id
              JOIN person p ON p.business_id = c.business_id AND p.lead_id = c.person_id
            """);
        var stored = new List<(long Business, long Conversation, string Message, string? Phone, string? Name)>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            stored.Add((rows.GetInt64(0), rows.GetInt64(1), rows.GetString(2), rows.IsDBNull(3) ? null : rows.GetString(3), rows.IsDBNull(4) ? null : rows.GetString(4)));
        return stored.GroupBy(row => row.Business).ToDictionary(business => business.Key, business => History.Describe(
            business.GroupBy(row => row.Conversation).Select(one => (one.Select(row => row.Message), one.First().Phone, one.First().Name))));
    }
}
