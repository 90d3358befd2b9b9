using System.Diagnostics;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Servers;
using Xunit;
using static Pipeline.ThreadLinker.Tests.Enriched;

namespace Pipeline.Convergence.Tests;

/// <summary>Many writers on the same people at the same time, as after a rebalance in which nobody knows that he has lost his partitions.</summary>
[Collection(PostgresCollection.Name)]
public sealed class RaceTests(PostgresFixture postgres)
{
    private const int Writers = 16;
    private const int People = 1_000;
    private const int Businesses = 4;

    [Fact]
    public async Task Sixteen_writers_on_the_same_thousand_people_make_one_lead_and_one_conversation_of_each()
    {
        await using var database = await postgres.MigratedDatabaseAsync();
        var clock = Stopwatch.StartNew();
        var writers = Enumerable.Range(0, Writers).Select(number => (Writer: new Writer(database, number), Batches: BatchesOf(number))).ToArray();

        await Task.WhenAll(writers.Select(one => Task.Run(async () =>
        {
            foreach (var batch in one.Batches) await one.Writer.RunAsync(batch);
        })));

        Assert.Equal(People, await CountAsync(database, "leads WHERE merged_into IS NULL"));
        Assert.Equal(People, await CountAsync(database, "whatsapp_conversation WHERE merged_into IS NULL"));
        Assert.Equal(People * 3, await CountAsync(database, "whatsapp_message"));
        Assert.Equal(People, await CountAsync(database, "(SELECT conversation_id FROM whatsapp_message GROUP BY 1 HAVING count(*) = 3) whole"));
        Assert.Equal(People, await CountAsync(database, "whatsapp_conversation WHERE merged_into IS NULL AND message_count = 3 AND unread_count = 3"));
        await Mission.HoldsAsync(database);
        Figures.Say($"Race: {Writers} writers on the same {People:N0} people: {People:N0} leads, {People:N0} conversations, {People * 3:N0} messages, each once; "
            + $"{writers.Sum(one => one.Writer.Deadlocks)} deadlocks and {writers.Sum(one => one.Writer.Retries)} retries in all, none left over ({clock.Elapsed.TotalSeconds:N0} s).");
    }

    [Fact]
    public async Task A_deadlock_is_a_fault_that_passes_so_the_loop_tries_again()
    {
        await using var database = await postgres.MigratedDatabaseAsync();
        await new Writer(database, 0).RunAsync([Message("a", Person("+972500000001")), Message("b", Person("+972500000002"))]);
        var bothHoldOne = new Barrier(2);

        var ends = await Task.WhenAll(TakeBothAsync(1, 2), TakeBothAsync(2, 1));

        var fault = Assert.Single(ends.OfType<PostgresException>());
        Assert.Equal(PostgresErrorCodes.DeadlockDetected, fault.SqlState);
        Assert.True(Streaming.Transient.Is(fault));

        Task<Exception?> TakeBothAsync(long first, long second) => Task.Run<Exception?>(async () =>
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await LockAsync(connection, transaction, first);
            bothHoldOne.SignalAndWait();
            return await Record.ExceptionAsync(() => LockAsync(connection, transaction, second));
        });
    }

    private static async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, long person)
    {
        await using var command = new NpgsqlCommand("SELECT FROM person WHERE business_id = 7 AND lead_id = $1 FOR UPDATE", connection, transaction);
        command.Parameters.AddWithValue(person);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Everything about everybody, in an order of the writer's own: by phone, by LID, and what shows that both are one.</summary>
    private static EnrichedEvent[][] BatchesOf(int writer)
    {
        EnrichedEvent[] events =
        [
            .. Enumerable.Range(1, People).SelectMany(person =>
            {
                var (phone, lid, business) = ($"+97250000{person:0000}", $"9000{person:0000}", 1L + (person % Businesses));
                return (EnrichedEvent[])
                [
                    Message($"p{person}", Person(phone), at: 1, business: business),
                    Message($"l{person}", Person(lid: lid), at: 2, business: business),
                    Message($"b{person}", Person(phone, lid), at: 3, business: business),
                    Mapping($"m{person}", lid, phone, at: 4, business: business),
                ];
            }),
        ];
        new Random(writer).Shuffle(events);
        return [.. events.Chunk(50 + (10 * writer))];
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string from)
    {
        await using var command = database.CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
