using Pipeline.Streaming;
using StackExchange.Redis;
using static Pipeline.Resolver.Tests.Resolving;

namespace Pipeline.Resolver.Tests;

/// <summary>What nobody may notice of Redis: that it was empty, late, away, or full of what was true before.</summary>
[Collection(nameof(Stores))]
public sealed class RedisTierTests(Stores stores) : OnStores(stores)
{
    private const string Lid = "82399031480511@lid";

    private readonly Stores stores = stores;
    private readonly string prefix = $"tier:{Guid.NewGuid():n}:";

    [Fact]
    public async Task An_emptied_Redis_is_filled_from_Postgres_once_by_whoever_notices_first()
    {
        var options = Options();
        var first = New(options, stores.Redis.ConnectionString);
        await first.RunAsync([.. Enumerable.Range(0, 2500).Select(i => Mapping($"8{i:0000000000000}@lid", $"9725{i:00000000}@s.whatsapp.net"))]);
        using var redis = await ConnectAsync();
        foreach (var key in Keys(redis)) await redis.GetDatabase().KeyDeleteAsync(key);

        var noticed = 0;
        var second = New(options, stores.Redis.ConnectionString);
        second.Redis.Emptied = () => noticed++;
        await second.RunAsync(Message("80000000000007@lid", "A1"));
        Assert.Equal(1, noticed);

        Assert.Equal(2500, await second.Refill.RunOnceAsync(default));
        Assert.Equal(2500 + 1, Keys(redis).Count());
        Assert.Null(await first.Refill.RunOnceAsync(default));
        await second.RunAsync(Message("80000000000008@lid", "A2"));
        Assert.Equal(1, noticed);
    }

    [Fact]
    public async Task A_phone_that_changed_while_Redis_was_away_is_never_read_there_in_its_old_form()
    {
        await New(Options(), stores.Redis.ConnectionString).RunAsync(Mapping(Lid, "972555550101@s.whatsapp.net", receivedAt: 1760000000));

        // This process reaches no Redis and dies before it could.
        await New(Options(), "127.0.0.1:1,connectTimeout=100").RunAsync(Mapping(Lid, "972555550102@s.whatsapp.net", receivedAt: 1760000100));

        Assert.Equal("+972555550102", (await New(Options(), stores.Redis.ConnectionString).RunAsync(Message(Lid, "A1")))[0].Message.Peer.Phone);
    }

    [Fact]
    public async Task A_process_that_wrote_in_an_older_epoch_reads_the_new_one_after_its_partitions_came_back()
    {
        var here = New(Options(), stores.Redis.ConnectionString);
        await here.RunAsync(Mapping(Lid, "972555550101@s.whatsapp.net", receivedAt: 1760000000));
        await New(Options(), "127.0.0.1:1,connectTimeout=100").RunAsync(Mapping(Lid, "972555550102@s.whatsapp.net", receivedAt: 1760000100));
        here.Tenure = new Tenure([0]);
        Assert.Equal("+972555550102", (await here.RunAsync(Message(Lid, "A1")))[0].Message.Peer.Phone);
    }

    [Fact]
    public async Task The_newest_rows_of_its_partitions_are_in_memory_before_the_first_batch()
    {
        var options = Options();
        options.WarmUpEntries = 2;
        await New(options).RunAsync(
            Mapping("80000000000001@lid", "972555550101@s.whatsapp.net", receivedAt: 1760000100),
            Mapping("80000000000002@lid", "972555550102@s.whatsapp.net", receivedAt: 1760000300),
            Mapping("80000000000003@lid", "972555550103@s.whatsapp.net", receivedAt: 1760000200));

        var restarted = New(options);
        await restarted.RunAsync(Message("12025550143@s.whatsapp.net", "A1"));
        // Behind its back: only what it holds in memory is still as it was.
        await using (var change = Database.CreateCommand("UPDATE lid_mappings SET phone_e164 = '+972555550199'")) await change.ExecuteNonQueryAsync();
        var events = await restarted.RunAsync(Message("80000000000001@lid", "A2"), Message("80000000000002@lid", "A3"), Message("80000000000003@lid", "A4"));
        Assert.Equal(["+972555550199", "+972555550102", "+972555550103"], events.Select(one => one.Message.Peer.Phone));
    }

    private ResolverOptions Options() => new() { RedisKeyPrefix = prefix, RedisLimit = TimeSpan.FromSeconds(5), WarmUpEntries = 0 };

    private Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(stores.Redis.ConnectionString + ",allowAdmin=true");

    private IEnumerable<RedisKey> Keys(ConnectionMultiplexer redis) => redis.GetServer(redis.GetEndPoints()[0]).Keys(pattern: prefix + "*", pageSize: 10_000);
}
