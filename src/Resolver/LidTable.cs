namespace Pipeline.Resolver;

/// <summary>
/// The LID table in its three tiers: this process's memory → Redis, one MGET a batch → Postgres, one query a batch. Postgres is the
/// truth; whatever changes is written there first. Used by one batch at a time; background answers come in through the same gate.
/// </summary>
public sealed class LidTable(LidCache memory, RedisLidEntries redis, PostgresLidEntries postgres, ResolverMetrics metrics) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);

    /// <summary>What is known of each of the given LIDs; one that is not in the answer is unknown.</summary>
    public async Task<Dictionary<LidKey, LidEntry>> FindAsync(IReadOnlyCollection<LidKey> keys, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var found = new Dictionary<LidKey, LidEntry>(keys.Count);
            var missing = new List<LidKey>();
            foreach (var key in keys)
            {
                if (!memory.TryGet(key, out var entry)) missing.Add(key);
                else if (entry is not null) found[key] = entry;
            }
            metrics.CountTier("memory", keys.Count - missing.Count);
            if (missing.Count == 0) return found;

            var cached = await redis.FindAsync(missing, cancellation);
            metrics.CountTier("redis", cached.Count);
            Remember(cached, found);
            missing.RemoveAll(cached.ContainsKey);
            if (missing.Count == 0) return found;

            var stored = await postgres.FindAsync(missing, cancellation);
            metrics.CountTier("postgres", stored.Count);
            Remember(stored, found);
            foreach (var key in missing)
                if (!stored.ContainsKey(key)) memory.Put(key, null);
            await redis.StoreAsync([.. stored], cancellation);
            return found;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Lets <paramref name="decide"/> change some rows, on the truth and alone, and brings the nearer tiers up to date.</summary>
    public async Task ChangeAsync(IReadOnlyCollection<LidKey> keys, Func<IReadOnlyDictionary<LidKey, LidEntry>, LidTableChanges> decide, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var changes = new LidTableChanges(new Dictionary<LidKey, LidEntry>(), []);
            await postgres.ChangeAsync([.. keys], rows => changes = decide(rows), cancellation);
            foreach (var (key, entry) in changes.Entries) memory.Put(key, entry);
            await redis.StoreAsync([.. changes.Entries], cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Forgets what this process remembers; due when partitions change hands.</summary>
    public void Forget()
    {
        gate.Wait();
        try
        {
            memory.Clear();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    private void Remember(IReadOnlyDictionary<LidKey, LidEntry> entries, Dictionary<LidKey, LidEntry> found)
    {
        foreach (var (key, entry) in entries)
        {
            memory.Put(key, entry);
            found[key] = entry;
        }
    }
}
