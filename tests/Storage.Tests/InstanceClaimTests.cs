using Npgsql;
using Xunit;

namespace Pipeline.Storage.Tests;

[Collection(PostgresCollection.Name)]
public sealed class InstanceClaimTests(PostgresFixture postgres) : IAsyncLifetime
{
    private NpgsqlDataSource one = null!;
    private NpgsqlDataSource two = null!;

    public async Task InitializeAsync()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        // Two processes have two pools.
        (one, two) = (NpgsqlDataSource.Create(connectionString), NpgsqlDataSource.Create(connectionString));
    }

    public async Task DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
    }

    [Fact]
    public async Task Two_running_copies_cannot_bear_one_name()
    {
        await using var first = new InstanceClaim(one, "sink", "sink-1", TimeProvider.System);
        await first.TakeAsync(default);
        await using var second = new InstanceClaim(two, "sink", "sink-1", new HastyTime());

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => second.TakeAsync(default));

        Assert.Equal("Kafka:InstanceId: another running sink bears the name 'sink-1'. Every copy needs a name of its own, or none.", refused.Message);
    }

    [Fact]
    public async Task Another_name_another_service_and_no_name_are_free()
    {
        await using var first = new InstanceClaim(one, "sink", "1", TimeProvider.System);
        await using var second = new InstanceClaim(two, "sink", "2", TimeProvider.System);
        await using var third = new InstanceClaim(two, "resolver", "1", TimeProvider.System);
        await using var fourth = new InstanceClaim(one, "sink", "", TimeProvider.System);
        await using var fifth = new InstanceClaim(two, "sink", null, TimeProvider.System);
        foreach (var claim in new[] { first, second, third, fourth, fifth }) await claim.TakeAsync(default);
    }

    [Fact]
    public async Task The_name_is_free_again_when_its_bearer_has_ended()
    {
        await using (var first = new InstanceClaim(one, "sink", "sink-1", TimeProvider.System))
            await first.TakeAsync(default);
        await using var second = new InstanceClaim(two, "sink", "sink-1", TimeProvider.System);
        await second.TakeAsync(default);
    }

    /// <summary>A clock by which a minute passes with every question.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private long minutes;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Add(ref minutes, 60);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
