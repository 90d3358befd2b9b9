using Npgsql;
using Pipeline.Servers;
using Pipeline.Storage;
using Pipeline.Streaming;
using Xunit;
using static Pipeline.Sink.Tests.Linked;

namespace Pipeline.Sink.Tests;

/// <summary>Has a Postgres of its own, because it is stopped.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private PostgresServer server = null!;
    private NpgsqlDataSource database = null!;

    public async Task InitializeAsync()
    {
        server = await PostgresServer.StartAsync();
        database = Database.Open(await server.CreateDatabaseAsync(), new PostgresOptions(), "tests", keyLookupsOnly: true);
        await Migrations.ApplyAsync(database, "whatsapp", default);
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_restart_of_Postgres_passes_by_itself_and_nothing_is_stored_twice()
    {
        var store = new Store(database);
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1"));
        var next = Store.BatchOf([Message(chat, "A2")], 1);

        await server.StopAsync();
        Assert.True(Transient.Is(await FaultOf(store, next)));
        Assert.True(Transient.Is(await FaultOf(store, next)));
        await server.StartAgainAsync();

        // Connections of the pool that were cut may say so once more; whoever calls again gets through.
        IReadOnlyList<Outcome>? outcomes = null;
        for (var attempt = 0; outcomes is null && attempt < 10; attempt++)
        {
            try
            {
                outcomes = await store.Stage.RunAsync(next, default);
            }
            catch (NpgsqlException fault)
            {
                Assert.True(Transient.Is(fault), fault.Message);
            }
        }

        Assert.Equal([Outcome.Done], outcomes);
        Assert.Equal(["2"], await store.RowsAsync("SELECT count(*) FROM whatsapp_message"));
    }

    private static async Task<Exception> FaultOf(Store store, Batch<Contracts.LinkedEvent> batch) =>
        await Assert.ThrowsAnyAsync<Exception>(() => store.Stage.RunAsync(batch, default));
}
