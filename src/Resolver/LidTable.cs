using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>
/// The LID table in its three tiers: this process's memory → Redis, one MGET a batch → Postgres, one round trip a batch. Postgres is the
/// truth; whatever changes is written there first. Used by one batch at a time; background answers come in through the same gate.
/// </summary>
public sealed class LidTable(LidCache memory, RedisLidEntries redis, PostgresLidEntries postgres, OwnAddressBook own, ResolverMetrics metrics) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly HashSet<long> opened = [];

    // Operators deny seldom, so all that they have said of an opened business is held: a pair in a message is checked without a look-up.
    private readonly Dictionary<LidKey, IReadOnlyList<DatedRuling>> rulings = [];

    /// <summary>The own addresses of the businesses that have been opened.</summary>
    public OwnAddressBook Own => own;

    /// <summary>
    /// New partitions: forgets what this process remembers, and fills its memory with the newest rows of what it holds now.
    /// </summary>
    /// <param name="partitions">The partitions of <c>raw</c> that this process holds.</param>
    /// <param name="entries">How many rows at most.</param>
    public async Task BeginAsync(IReadOnlyList<int> partitions, int entries, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            memory.Clear();
            opened.Clear();
            own.Clear();
            rulings.Clear();
            if (entries == 0 || partitions.Count == 0) return;
            foreach (var (key, entry) in await postgres.NewestAsync(partitions, entries, cancellation)) memory.Put(key, new LidCache.State(entry, false));
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Reads what has to be known of a business before its first look-up: its own addresses, what operators have said, and the epoch of its cache.</summary>
    public async Task OpenAsync(IReadOnlyCollection<long> businesses, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var unopened = businesses.Where(business => !opened.Contains(business)).ToArray();
            if (unopened.Length == 0) return;
            var opening = await postgres.OpenAsync(unopened, own, cancellation);
            foreach (var (business, epoch) in opening.Epochs) redis.SetEpoch(business, epoch);
            foreach (var (key, said) in opening.Rulings) rulings[key] = said;
            opened.UnionWith(unopened);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>What is known of each of the given LIDs; one that is not in the answer is unknown. Their businesses have been opened.</summary>
    public async Task<LidView> FindAsync(IReadOnlyCollection<LidKey> keys, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var view = new LidView();
            var missing = new List<LidKey>();
            foreach (var key in keys)
            {
                if (rulings.TryGetValue(key, out var said)) view.Rulings[key] = said;
                if (!memory.TryGet(key, out var state)) missing.Add(key);
                else Show(view, key, state);
            }
            metrics.CountTier("memory", keys.Count - missing.Count);
            if (missing.Count == 0) return view;

            var cached = await redis.FindAsync(missing, cancellation);
            metrics.CountTier("redis", cached.Count);
            foreach (var (key, entry) in cached) Remember(view, key, new LidCache.State(entry, false));
            missing.RemoveAll(cached.ContainsKey);
            if (missing.Count == 0) return view;

            var stored = await postgres.FindAsync(missing, cancellation);
            metrics.CountTier("postgres", stored.Entries.Count);
            metrics.CountTier("nowhere", missing.Count - stored.Entries.Count);
            foreach (var key in missing)
                Remember(view, key, new LidCache.State(stored.Entries.GetValueOrDefault(key), stored.Parked.Contains(key)));
            // Never over what is there: this row may have been read before a change that Redis has heard of already.
            await redis.StoreAsync([.. stored.Entries], overwrite: false, cancellation);
            return view;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Lets <paramref name="decide"/> say what to write, on the truth and alone, and brings the nearer tiers up to date.</summary>
    /// <param name="keys">The LIDs whose rows it needs.</param>
    /// <param name="decide">May be called more than once.</param>
    public async Task ChangeAsync(IReadOnlyCollection<LidKey> keys, Func<IReadOnlyDictionary<LidKey, LidRow>, TableChanges> decide, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var changes = await postgres.ChangeAsync([.. keys], decide, redis, cancellation);
            foreach (var key in changes.Parked.Keys) memory.Put(key, new LidCache.State(null, true));
            foreach (var (key, row) in changes.Rows)
            {
                memory.Put(key, new LidCache.State(row.Best, row.Best is { } best ? best.Grade == MappingGrade.Quoted : IsParked(key)));
                if (row.Rulings.Count > 0) rulings[key] = row.Rulings;
            }
            await redis.StoreAsync([.. changes.BestRows], overwrite: true, cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Whether an operator has denied a pair. Its business has been opened.</summary>
    public async Task<bool> DeniesAsync(LidKey key, PhoneNumber phone, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            return rulings.TryGetValue(key, out var said) && (LidRow.Empty with { Rulings = said }).Denies(phone);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    private bool IsParked(LidKey key) => memory.TryGet(key, out var state) && state.IsParked;

    private static void Show(LidView view, LidKey key, LidCache.State state)
    {
        if (state.Entry is { } entry) view.Entries[key] = entry;
        if (state.IsParked) view.Parked.Add(key);
    }

    private void Remember(LidView view, LidKey key, LidCache.State state)
    {
        memory.Put(key, state);
        Show(view, key, state);
    }
}
