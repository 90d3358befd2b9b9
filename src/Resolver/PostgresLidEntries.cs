using Npgsql;
using Pipeline.Identity;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Resolver;

/// <summary>
/// The LID table itself: <c>lid_mappings</c>, the best phone of each LID of a business, and <c>lid_mapping_history</c>, every other phone
/// that was stated for it, denied ones among them (<c>denied_pair</c>). One round trip for a batch of look-ups, whatever its size. Changes go through <see cref="TableWrites"/>.
/// </summary>
public sealed class PostgresLidEntries(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Columns = "m.business_id, m.lid, m.phone_e164::text, m.grade, m.source, m.first_seen, m.last_seen, m.event_id, m.raw_partition, m.raw_offset";

    private const string RulingColumns = "d.business_id, d.lid, d.phone_e164::text, d.denied, d.at, d.event_id, d.raw_partition, d.raw_offset";

    private const string FindEntries = $"""
        SELECT {Columns}
          FROM unnest($1, $2) AS wanted (business_id, lid)
          JOIN lid_mappings m USING (business_id, lid)
        """;

    private const string FindOthers = $"""
        SELECT {Columns}
          FROM unnest($1, $2) AS wanted (business_id, lid)
          JOIN lid_mapping_history m USING (business_id, lid)
        """;

    private const string FindRulings = $"""
        SELECT {RulingColumns}
          FROM unnest($1, $2) AS wanted (business_id, lid)
          JOIN denied_pair d USING (business_id, lid)
        """;

    private const string FindRulingsOfBusinesses = $"SELECT {RulingColumns} FROM denied_pair d WHERE d.business_id = ANY($1)";

    private const string FindParked = """
        SELECT p.business_id, p.lid
          FROM unnest($1, $2) AS wanted (business_id, lid)
          JOIN lid_parked p USING (business_id, lid)
        """;

    private const string FindNewest = $"""
        SELECT {Columns} FROM lid_mappings m WHERE m.raw_partition = ANY($1) ORDER BY m.last_seen DESC LIMIT $2
        """;

    // The current address of each kind comes last.
    private const string FindOwn = """
        SELECT business_id, session, address FROM own_address WHERE business_id = ANY($1) ORDER BY business_id, session, last_seen, address
        """;

    private const string FindEpochs = "SELECT business_id, epoch FROM lid_cache_epoch WHERE business_id = ANY($1)";

    private const string FindPage = $"""
        SELECT {Columns} FROM lid_mappings m WHERE (m.business_id, m.lid) > ($1, $2) ORDER BY m.business_id, m.lid LIMIT $3
        """;

    // Two processes may believe for a moment that a business is theirs. The lock puts them in one line, so that each decides on
    // what the other has written.
    private const string LockBusinesses = """
        SELECT pg_advisory_xact_lock(hashtextextended('whatsapp lid table', business_id))
        FROM (SELECT DISTINCT unnest($1) AS business_id ORDER BY 1) AS b
        """;

    /// <summary>Looks up many LIDs.</summary>
    public async Task<LidView> FindAsync(IReadOnlyList<LidKey> keys, CancellationToken cancellation)
    {
        var found = new LidView();
        if (keys.Count == 0) return found;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(FindEntries, Businesses(keys), Lids(keys));
        batch.Add(FindParked, Businesses(keys), Lids(keys));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            if (EntryOf(rows) is { } read) found.Entries[read.Key] = read.Entry;
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            if (KeyOf(rows) is { } key) found.Parked.Add(key);
        return found;
    }

    /// <summary>The rows that were stated last by events of some partitions.</summary>
    public async Task<IReadOnlyList<(LidKey Key, LidEntry Entry)>> NewestAsync(IReadOnlyList<int> partitions, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindNewest);
        command.Parameters.Add(Column<int>([.. partitions]));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await EntriesAsync(command, cancellation);
    }

    /// <summary>A page of the whole table, in the order of its key.</summary>
    public async Task<IReadOnlyList<(LidKey Key, LidEntry Entry)>> PageAsync(LidKey? after, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindPage);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after?.BusinessId ?? 0 });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after?.Lid.Digits ?? "" });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await EntriesAsync(command, cancellation);
    }

    /// <summary>Adds the own addresses of businesses to the book, and reads what else has to be known of them.</summary>
    public async Task<Opening> OpenAsync(long[] businesses, OwnAddressBook own, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(FindOwn, Column(businesses));
        batch.Add(FindEpochs, Column(businesses));
        batch.Add(FindRulingsOfBusinesses, Column(businesses));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var addresses = new List<(long, string, string)>();
        while (await rows.ReadAsync(cancellation)) addresses.Add((rows.GetInt64(0), rows.GetString(1), rows.GetString(2)));
        await rows.NextResultAsync(cancellation);
        var epochs = businesses.ToDictionary(business => business, _ => 0L);
        while (await rows.ReadAsync(cancellation)) epochs[rows.GetInt64(0)] = rows.GetInt64(1);
        await rows.NextResultAsync(cancellation);
        var rulings = new List<(LidKey Key, DatedRuling Said)>();
        while (await rows.ReadAsync(cancellation))
            if (RulingOf(rows) is { } ruling) rulings.Add(ruling);
        foreach (var (business, session, address) in addresses) own.Add(business, session, address);
        return new Opening(epochs, rulings.GroupBy(one => one.Key, one => one.Said).ToDictionary(said => said.Key, IReadOnlyList<DatedRuling> (said) => [.. said]));
    }

    /// <summary>
    /// Reads the rows of some LIDs, lets <paramref name="decide"/> say what becomes of them, and writes that, all in one transaction
    /// that no other process can come between.
    /// </summary>
    /// <param name="keys">The LIDs.</param>
    /// <param name="decide">The decision.</param>
    /// <param name="cache">
    /// Drops moved phones before they are committed, so that no crash leaves the old one there; if it cannot, the same transaction leads
    /// the business into a new epoch, whose keys nobody has written yet.
    /// </param>
    public async Task<TableChanges> ChangeAsync(
        IReadOnlyList<LidKey> keys, Func<IReadOnlyDictionary<LidKey, LidRow>, TableChanges> decide, RedisLidEntries cache, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var changes = decide(await LockAndLoadAsync(connection, transaction, keys, cancellation));
        if (changes.IsEmpty) return changes;

        var stale = changes.Moved.Count > 0 && !await cache.ForgetAsync(changes.Moved, cancellation) ? changes.Moved.Select(key => key.BusinessId).Distinct().ToArray() : [];
        var epochs = await TableWrites.WriteAsync(connection, transaction, changes, stale, clock.GetUtcNow(), cancellation);
        await transaction.CommitAsync(cancellation);
        foreach (var (business, epoch) in epochs) cache.SetEpoch(business, epoch);
        return changes;
    }

    private static async Task<Dictionary<LidKey, LidRow>> LockAndLoadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<LidKey> keys, CancellationToken cancellation)
    {
        if (keys.Count == 0) return [];
        // The lock is a statement of its own: what is read after it sees what its former holder has committed.
        await using (var locking = new NpgsqlCommand(LockBusinesses, connection, transaction))
        {
            locking.Parameters.Add(Column<long>([.. keys.Select(key => key.BusinessId).Distinct()]));
            await locking.ExecuteNonQueryAsync(cancellation);
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(FindEntries, Businesses(keys), Lids(keys));
        batch.Add(FindOthers, Businesses(keys), Lids(keys));
        batch.Add(FindRulings, Businesses(keys), Lids(keys));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<LidKey, LidRow>(keys.Count);
        while (await rows.ReadAsync(cancellation))
            if (EntryOf(rows) is { } best) found[best.Key] = new LidRow(best.Entry, []);
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            if (EntryOf(rows) is { } other && RowOf(other.Key) is var row) found[other.Key] = row with { Others = [.. row.Others, other.Entry] };
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            if (RulingOf(rows) is { } ruling && RowOf(ruling.Key) is var row) found[ruling.Key] = row with { Rulings = [.. row.Rulings, ruling.Said] };
        return found;

        // A LID whose phones are all denied has no best one.
        LidRow RowOf(LidKey key) => found.GetValueOrDefault(key, LidRow.Empty);
    }

    private static async Task<IReadOnlyList<(LidKey, LidEntry)>> EntriesAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var entries = new List<(LidKey, LidEntry)>();
        while (await rows.ReadAsync(cancellation))
            if (EntryOf(rows) is { } read) entries.Add(read);
        return entries;
    }

    private static (LidKey Key, LidEntry Entry)? EntryOf(NpgsqlDataReader row)
    {
        if (KeyOf(row) is not { } key || PhoneNumber.FromE164(row.GetString(2)) is not { } phone) return null;
        return (key, new LidEntry(
            phone,
            GradeWords.Of(row.GetString(3)),
            row.GetString(4),
            row.GetFieldValue<DateTimeOffset>(5),
            row.GetFieldValue<DateTimeOffset>(6),
            row.GetGuid(7),
            row.IsDBNull(8) ? null : new RawPlace(row.GetInt32(8), row.GetInt64(9))));
    }

    private static (LidKey Key, DatedRuling Said)? RulingOf(NpgsqlDataReader row)
    {
        if (KeyOf(row) is not { } key || PhoneNumber.FromE164(row.GetString(2)) is not { } phone) return null;
        return (key, new DatedRuling(phone, row.GetBoolean(3), row.GetFieldValue<DateTimeOffset>(4), row.GetGuid(5), row.IsDBNull(6) ? null : new RawPlace(row.GetInt32(6), row.GetInt64(7))));
    }

    private static LidKey? KeyOf(NpgsqlDataReader row) => Lid.TryParse(row.GetString(1), out var lid) ? new LidKey(row.GetInt64(0), lid) : null;

    private static NpgsqlParameter Businesses(IReadOnlyList<LidKey> keys) => Column<long>([.. keys.Select(key => key.BusinessId)]);

    private static NpgsqlParameter Lids(IReadOnlyList<LidKey> keys) => Column<string>([.. keys.Select(key => key.Lid.Digits)]);
}
