using Npgsql;
using Pipeline.Servers;
using Pipeline.Streaming;
using Xunit;
using static Pipeline.Sink.Tests.Linked;

namespace Pipeline.Sink.Tests;

[Collection(PostgresCollection.Name)]
public sealed class PositionTests(PostgresFixture postgres) : IAsyncLifetime
{
    private NpgsqlDataSource database = null!;

    public async Task InitializeAsync() => database = await postgres.MigratedDatabaseAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Moved_back_positions_are_read_again_and_change_nothing()
    {
        var store = new Store(database);
        var chat = await store.ConversationAsync();
        var messages = new[] { Message(chat, "A1"), Message(chat, "A2"), Message(chat, "A3") };
        await store.RunAsync(messages);
        var before = await store.RowsAsync("SELECT m.*, c.* FROM whatsapp_message m JOIN whatsapp_conversation c ON c.id = m.conversation_id ORDER BY m.id");

        var sink = Store.NewStage(database);
        var stored = Assert.Single(await sink.LoadAsync([new Position(Store.Topic, 0, 0)], default));
        Assert.True(await sink.MoveBackAsync([(stored, 1)], default));
        Assert.Equal(1, Assert.Single(await sink.LoadAsync([stored], default)).Offset);
        await sink.RunAsync(Store.BatchOf(messages[1..], 1), default);

        Assert.Equal(before, await store.RowsAsync("SELECT m.*, c.* FROM whatsapp_message m JOIN whatsapp_conversation c ON c.id = m.conversation_id ORDER BY m.id"));
        Assert.Equal(["3"], await store.RowsAsync("SELECT next_offset FROM sink_offset"));
    }

    [Fact]
    public async Task Positions_move_back_together_or_not_at_all()
    {
        var store = new Store(database);
        await store.ScalarAsync($"INSERT INTO sink_offset VALUES ('{Store.Topic}', 0, 50), ('{Store.Topic}', 1, 60)");
        var sink = Store.NewStage(database);

        // Another process has stored something for partition 1 meanwhile: 59 is not what is there.
        Assert.False(await sink.MoveBackAsync([(new Position(Store.Topic, 0, 50), 10), (new Position(Store.Topic, 1, 59), 10)], default));
        Assert.Equal(["0 | 50", "1 | 60"], await store.RowsAsync("SELECT partition, next_offset FROM sink_offset ORDER BY 1"));

        Assert.True(await sink.MoveBackAsync([(new Position(Store.Topic, 0, 50), 10), (new Position(Store.Topic, 1, 60), 20)], default));
        Assert.Equal(["0 | 10", "1 | 20"], await store.RowsAsync("SELECT partition, next_offset FROM sink_offset ORDER BY 1"));
    }

    [Fact]
    public async Task A_process_that_did_not_hear_of_the_move_has_no_effect()
    {
        var store = new Store(database);
        var chat = await store.ConversationAsync();
        await store.RunAsync(Message(chat, "A1"), Message(chat, "A2"));
        var other = Store.NewStage(database);
        var stored = Assert.Single(await other.LoadAsync([new Position(Store.Topic, 0, 0)], default));
        await other.MoveBackAsync([(stored, 0)], default);

        await Assert.ThrowsAsync<PositionConflictException>(() => store.RunAsync(Message(chat, "A3")));

        Assert.Equal(["2"], await store.RowsAsync("SELECT count(*) FROM whatsapp_message"));
    }
}
