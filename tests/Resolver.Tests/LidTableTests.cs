using Npgsql;
using Pipeline.Identity;
using StackExchange.Redis;
using static Pipeline.Resolver.Tests.ResolveEndpointTests;

namespace Pipeline.Resolver.Tests;

/// <summary>Three tiers, one truth.</summary>
[Collection(nameof(Stores))]
public sealed class LidTableTests(Stores stores) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1760000000);
    private readonly string prefix = $"test:{Guid.NewGuid():n}:";
    private NpgsqlDataSource database = null!;

    public async Task InitializeAsync() => database = await stores.NewDatabaseAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task What_was_learned_is_known_to_this_process_and_to_the_next()
    {
        var key = new LidKey(1, LidOf("82399031480511"));
        using var table = New(stores.Redis.ConnectionString);
        await LearnAsync(table, key, "+972555550101");
        Assert.Equal("+972555550101", await PhoneAsync(table, key));

        using var next = New(stores.Redis.ConnectionString);
        Assert.Equal("+972555550101", await PhoneAsync(next, key));
    }

    [Fact]
    public async Task A_flushed_Redis_changes_nothing_but_the_speed()
    {
        var key = new LidKey(1, LidOf("82399031480512"));
        using (var table = New(stores.Redis.ConnectionString)) await LearnAsync(table, key, "+972555550102");
        await using (var admin = await ConnectionMultiplexerOf()) await DeleteAllAsync(admin.Value);

        using var next = New(stores.Redis.ConnectionString);
        Assert.Equal("+972555550102", await PhoneAsync(next, key));
        // Asking put it back.
        await using var after = await ConnectionMultiplexerOf();
        Assert.True(await after.Value.GetDatabase().KeyExistsAsync($"{prefix}1:0:82399031480512"));
    }

    [Fact]
    public async Task Garbage_in_Redis_is_passed_over()
    {
        var key = new LidKey(1, LidOf("82399031480513"));
        using (var table = New(stores.Redis.ConnectionString)) await LearnAsync(table, key, "+972555550103");
        await using (var admin = await ConnectionMultiplexerOf()) await admin.Value.GetDatabase().StringSetAsync($"{prefix}1:0:82399031480513", "nonsense|82399031480513");

        using var next = New(stores.Redis.ConnectionString);
        Assert.Equal("+972555550103", await PhoneAsync(next, key));
    }

    [Fact]
    public async Task A_value_that_belongs_to_another_LID_is_passed_over()
    {
        LidKey one = new(1, LidOf("82399031480517")), other = new(1, LidOf("82399031480518"));
        using (var table = New(stores.Redis.ConnectionString))
        {
            await LearnAsync(table, one, "+972555550103");
            await LearnAsync(table, other, "+972555550104");
        }
        await using (var admin = await ConnectionMultiplexerOf())
        {
            var redis = admin.Value.GetDatabase();
            await redis.StringSetAsync($"{prefix}1:0:82399031480517", await redis.StringGetAsync($"{prefix}1:0:82399031480518"));
        }

        using var next = New(stores.Redis.ConnectionString);
        Assert.Equal("+972555550103", await PhoneAsync(next, one));
    }

    [Fact]
    public async Task Without_Redis_everything_is_found_in_Postgres()
    {
        var key = new LidKey(1, LidOf("82399031480514"));
        using var table = New("127.0.0.1:1,connectTimeout=200");
        await LearnAsync(table, key, "+972555550104");
        using var next = New("127.0.0.1:1,connectTimeout=200");
        Assert.Equal("+972555550104", await PhoneAsync(next, key));
    }

    [Fact]
    public async Task The_same_LID_of_another_business_is_another_entry()
    {
        using var table = New(stores.Redis.ConnectionString);
        await LearnAsync(table, new LidKey(1, LidOf("82399031480515")), "+972555550105");
        Assert.Null(await PhoneAsync(table, new LidKey(2, LidOf("82399031480515"))));
    }

    [Fact]
    public async Task A_replaced_phone_stays_in_the_history()
    {
        var key = new LidKey(1, LidOf("82399031480516"));
        using var table = New("");
        await LearnAsync(table, key, "+972555550106");
        await LearnAsync(table, key, "+972555550107", minutes: 1);
        Assert.Equal("+972555550107", await PhoneAsync(table, key));

        await using var history = database.CreateCommand("SELECT phone_e164::text FROM lid_mapping_history WHERE business_id = 1 AND lid = '82399031480516'");
        Assert.Equal("+972555550106", await history.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Racing_processes_learn_one_truth()
    {
        var keys = Enumerable.Range(0, 50).Select(i => new LidKey(1, LidOf($"9239903148{i:0000}"))).ToList();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async process =>
        {
            using var table = New("");
            foreach (var key in keys) await LearnAsync(table, key, $"+97255555{process:0000}", minutes: process);
        }));
        using var reader = New("");
        foreach (var key in keys) Assert.Equal("+972555550007", await PhoneAsync(reader, key));
    }

    private static async Task<string?> PhoneAsync(LidTable table, LidKey key)
    {
        await table.OpenAsync([key.BusinessId], default);
        return (await table.FindAsync([key], default)).Entries.TryGetValue(key, out var entry) ? entry.Phone.ToString() : null;
    }

    private static async Task LearnAsync(LidTable table, LidKey key, string phone, int minutes = 0)
    {
        await table.OpenAsync([key.BusinessId], default);
        await table.ChangeAsync(
            [key],
            rows =>
            {
                var changes = new TableChanges();
                var before = rows.GetValueOrDefault(key);
                var change = MappingRules.Decide(before, new LidObservation(PhoneNumber.FromE164(phone)!.Value, MappingGrade.Strong, "key.remoteJidAlt", Noon.AddMinutes(minutes), Guid.NewGuid(), new RawPlace(0, 1)));
                if (change.Row != before) changes.Rows[key] = change.Row;
                if (change.Verdict == MappingVerdict.Replaced) changes.Moved.Add(key);
                return changes;
            },
            default);
    }

    private static async Task DeleteAllAsync(ConnectionMultiplexer redis)
    {
        foreach (var endpoint in redis.GetEndPoints()) await redis.GetServer(endpoint).FlushAllDatabasesAsync();
    }

    private LidTable New(string redis)
    {
        var metrics = Meters.Resolver();
        return new LidTable(
            new LidCache(1000), new RedisLidEntries(redis, new ResolverOptions { RedisKeyPrefix = prefix, RedisLimit = TimeSpan.FromSeconds(2) }, metrics, TimeProvider.System), new PostgresLidEntries(database, TimeProvider.System), new OwnAddressBook(), metrics);
    }

    private async Task<Owned> ConnectionMultiplexerOf() => new(await ConnectionMultiplexer.ConnectAsync(stores.Redis.ConnectionString + ",allowAdmin=true"));

    private sealed record Owned(ConnectionMultiplexer Value) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Value.Dispose();
            return default;
        }
    }
}
