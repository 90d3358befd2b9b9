using Npgsql;
using NpgsqlTypes;
using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>
/// The LID table itself: <c>lid_mappings</c>, one row a LID of a business, and <c>lid_mapping_history</c>, what the row held before.
/// One round trip for a batch of look-ups, whatever its size.
/// </summary>
public sealed class PostgresLidEntries(NpgsqlDataSource database)
{
    private const string FindEntries = """
        SELECT m.business_id, m.lid, m.phone_e164::text, m.grade, m.source, m.first_seen, m.last_seen, m.event_id
        FROM lid_mappings m
        JOIN unnest(@business, @lid) AS wanted (business_id, lid) USING (business_id, lid)
        """;

    // Two processes may believe for a moment that a business is theirs. The lock puts them in one line, so that each decides on
    // what the other has written.
    private const string LockBusinesses = """
        SELECT pg_advisory_xact_lock(hashtextextended('whatsapp lid table', business_id))
        FROM (SELECT DISTINCT unnest(@business) AS business_id ORDER BY 1) AS b
        """;

    private const string WriteEntries = """
        INSERT INTO lid_mappings AS m (business_id, lid, phone_e164, grade, source, first_seen, last_seen, event_id)
        SELECT * FROM unnest(@business, @lid, @phone, @grade, @source, @first_seen, @last_seen, @event_id)
        ON CONFLICT (business_id, lid) DO UPDATE SET
          phone_e164 = excluded.phone_e164, grade = excluded.grade, source = excluded.source,
          first_seen = excluded.first_seen, last_seen = excluded.last_seen, event_id = excluded.event_id
        """;

    private const string WriteHistory = """
        INSERT INTO lid_mapping_history (business_id, lid, phone_e164, grade, source, first_seen, last_seen, event_id)
        SELECT * FROM unnest(@business, @lid, @phone, @grade, @source, @first_seen, @last_seen, @event_id)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Looks up many LIDs.</summary>
    public async Task<IReadOnlyDictionary<LidKey, LidEntry>> FindAsync(IReadOnlyList<LidKey> keys, CancellationToken cancellation)
    {
        if (keys.Count == 0) return new Dictionary<LidKey, LidEntry>();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await FindAsync(connection, null, keys, cancellation);
    }

    /// <summary>
    /// Reads the rows of some LIDs, lets <paramref name="decide"/> say what becomes of them, and writes that, all in one transaction
    /// that no other process can come between.
    /// </summary>
    public async Task ChangeAsync(IReadOnlyList<LidKey> keys, Func<IReadOnlyDictionary<LidKey, LidEntry>, LidTableChanges> decide, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        await using (var locking = new NpgsqlCommand(LockBusinesses, connection, transaction))
        {
            locking.Parameters.Add(new NpgsqlParameter<long[]>("business", [.. keys.Select(key => key.BusinessId).Distinct()]));
            await locking.ExecuteNonQueryAsync(cancellation);
        }

        var changes = decide(await FindAsync(connection, transaction, keys, cancellation));
        if (changes.Entries.Count > 0) await WriteAsync(connection, transaction, changes, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task<Dictionary<LidKey, LidEntry>> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<LidKey> keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(FindEntries, connection, transaction);
        AddKeys(command, keys);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<LidKey, LidEntry>(keys.Count);
        while (await rows.ReadAsync(cancellation))
        {
            if (Lid.TryParse(rows.GetString(1), out var lid) && PhoneNumber.FromE164(rows.GetString(2)) is { } phone)
                found[new LidKey(rows.GetInt64(0), lid)] = new LidEntry(
                    phone,
                    rows.GetString(3) == "strong" ? MappingGrade.Strong : MappingGrade.Seed,
                    rows.GetString(4),
                    rows.GetFieldValue<DateTimeOffset>(5),
                    rows.GetFieldValue<DateTimeOffset>(6),
                    rows.GetGuid(7));
        }
        return found;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, LidTableChanges changes, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);

        var write = new NpgsqlBatchCommand(WriteEntries);
        AddEntries(write.Parameters, [.. changes.Entries]);
        batch.BatchCommands.Add(write);

        if (changes.Replaced.Count > 0)
        {
            var keep = new NpgsqlBatchCommand(WriteHistory);
            AddEntries(keep.Parameters, [.. changes.Replaced.Select(old => KeyValuePair.Create(old.Key, old.Old))]);
            batch.BatchCommands.Add(keep);
        }
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static void AddKeys(NpgsqlCommand command, IReadOnlyList<LidKey> keys)
    {
        command.Parameters.Add(new NpgsqlParameter<long[]>("business", [.. keys.Select(key => key.BusinessId)]));
        command.Parameters.Add(new NpgsqlParameter<string[]>("lid", [.. keys.Select(key => key.Lid.ToString())]));
    }

    private static void AddEntries(NpgsqlParameterCollection to, KeyValuePair<LidKey, LidEntry>[] entries)
    {
        to.Add(new NpgsqlParameter<long[]>("business", Array.ConvertAll(entries, e => e.Key.BusinessId)));
        to.Add(new NpgsqlParameter<string[]>("lid", Array.ConvertAll(entries, e => e.Key.Lid.ToString())));
        to.Add(new NpgsqlParameter<string[]>("phone", Array.ConvertAll(entries, e => e.Value.Phone.ToString())));
        to.Add(new NpgsqlParameter<string[]>("grade", Array.ConvertAll(entries, e => e.Value.Grade == MappingGrade.Strong ? "strong" : "seed")));
        to.Add(new NpgsqlParameter<string[]>("source", Array.ConvertAll(entries, e => e.Value.Source)));
        to.Add(new NpgsqlParameter("first_seen", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = Array.ConvertAll(entries, e => e.Value.FirstSeen.UtcDateTime) });
        to.Add(new NpgsqlParameter("last_seen", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = Array.ConvertAll(entries, e => e.Value.LastSeen.UtcDateTime) });
        to.Add(new NpgsqlParameter<Guid[]>("event_id", Array.ConvertAll(entries, e => e.Value.EventId)));
    }
}
