using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Resolver;

/// <summary>Writes what a batch changes, in one round trip of the transaction that has read the rows.</summary>
internal static class TableWrites
{
    /// <summary>A question that has just been asked is not asked again before this, should its answer never be written down.</summary>
    public static readonly TimeSpan QuestionLease = TimeSpan.FromMinutes(1);

    private const string WriteEntries = """
        INSERT INTO lid_mappings AS m (business_id, lid, phone_e164, grade, source, first_seen, last_seen, event_id, raw_partition, raw_offset)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (business_id, lid) DO UPDATE SET
          phone_e164 = excluded.phone_e164, grade = excluded.grade, source = excluded.source, first_seen = excluded.first_seen,
          last_seen = excluded.last_seen, event_id = excluded.event_id, raw_partition = excluded.raw_partition, raw_offset = excluded.raw_offset
        """;

    private const string WriteOthers = """
        INSERT INTO lid_mapping_history AS m (business_id, lid, phone_e164, grade, source, first_seen, last_seen, event_id, raw_partition, raw_offset)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (business_id, lid, phone_e164) DO UPDATE SET
          grade = excluded.grade, source = excluded.source, first_seen = excluded.first_seen,
          last_seen = excluded.last_seen, event_id = excluded.event_id, raw_partition = excluded.raw_partition, raw_offset = excluded.raw_offset
        """;

    // The best phone is no other one.
    private const string DropBestFromOthers = """
        DELETE FROM lid_mapping_history m USING unnest($1, $2, $3) AS best (business_id, lid, phone)
         WHERE m.business_id = best.business_id AND m.lid = best.lid AND m.phone_e164 = best.phone
        """;

    private const string DeleteEntries = """
        DELETE FROM lid_mappings m USING unnest($1, $2) AS lost (business_id, lid) WHERE m.business_id = lost.business_id AND m.lid = lost.lid
        """;

    // Decided under the lock, on what was there: what is written is the word that stands.
    private const string WriteRulings = """
        INSERT INTO denied_pair AS d (business_id, lid, phone_e164, denied, at, event_id, raw_partition, raw_offset)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (business_id, lid, phone_e164) DO UPDATE SET
          denied = excluded.denied, at = excluded.at, event_id = excluded.event_id, raw_partition = excluded.raw_partition, raw_offset = excluded.raw_offset
        """;

    private const string Park = """
        INSERT INTO lid_parked (business_id, lid, source, session, event_id, raw_partition, raw_offset, parked_at, next_check_at)
        SELECT *, $9 FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT DO NOTHING
        """;

    private const string Unpark = """
        DELETE FROM lid_parked p USING unnest($1, $2) AS found (business_id, lid) WHERE p.business_id = found.business_id AND p.lid = found.lid
        """;

    // News come in storms. A LID is asked for again a minute after its last question, ten after many in vain.
    private const string AskAgain = """
        UPDATE lid_parked SET next_check_at = $2
         WHERE business_id = ANY($1) AND next_check_at > $2 AND (asked_at IS NULL OR asked_at < $2 - interval '1 minute' * least(attempts, 10))
        """;

    // A hint that was not there before is a reason to ask for its LID.
    private const string WriteHints = """
        WITH written AS (
          INSERT INTO lid_hint AS h (business_id, lid, phone_e164, first_seen, last_seen, event_id, raw_partition, raw_offset)
          SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
          ON CONFLICT (business_id, lid, phone_e164) DO UPDATE SET
            last_seen = greatest(h.last_seen, excluded.last_seen),
            event_id = CASE WHEN excluded.first_seen < h.first_seen THEN excluded.event_id ELSE h.event_id END,
            raw_partition = CASE WHEN excluded.first_seen < h.first_seen THEN excluded.raw_partition ELSE h.raw_partition END,
            raw_offset = CASE WHEN excluded.first_seen < h.first_seen THEN excluded.raw_offset ELSE h.raw_offset END,
            first_seen = least(h.first_seen, excluded.first_seen)
          RETURNING business_id, lid, xmax = 0 AS is_new)
        UPDATE lid_parked p SET next_check_at = $9
          FROM written w
         WHERE w.is_new AND p.business_id = w.business_id AND p.lid = w.lid AND p.asked_at IS NOT NULL AND p.next_check_at > $9
        """;

    private const string WriteOwnAddresses = """
        INSERT INTO own_address AS o (business_id, session, address, last_seen, event_id, raw_partition, raw_offset)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (business_id, session, address) DO UPDATE SET
          last_seen = excluded.last_seen, event_id = excluded.event_id, raw_partition = excluded.raw_partition, raw_offset = excluded.raw_offset
         WHERE o.last_seen < excluded.last_seen
        """;

    private const string RaiseEpochs = """
        INSERT INTO lid_cache_epoch AS e (business_id, epoch) SELECT unnest($1), 1
        ON CONFLICT (business_id) DO UPDATE SET epoch = e.epoch + 1
        RETURNING business_id, epoch
        """;

    /// <summary>Writes.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">The transaction that holds the locks.</param>
    /// <param name="changes">What to write.</param>
    /// <param name="stale">Businesses whose cache could not be told.</param>
    /// <param name="now">The present, UTC.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The new epochs of the stale businesses.</returns>
    public static async Task<IReadOnlyList<(long Business, long Epoch)>> WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TableChanges changes, long[] stale, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (stale.Length > 0) batch.Add(RaiseEpochs, Column(stale));
        AddRows(batch, changes);
        AddRulings(batch, changes);
        AddParked(batch, changes, now);
        AddHints(batch, changes, now);
        AddOwnAddresses(batch, changes);

        var epochs = new List<(long, long)>();
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        while (stale.Length > 0 && await rows.ReadAsync(cancellation)) epochs.Add((rows.GetInt64(0), rows.GetInt64(1)));
        while (await rows.NextResultAsync(cancellation)) { }
        return epochs;
    }

    private static void AddRows(NpgsqlBatch batch, TableChanges changes)
    {
        if (changes.Rows.Count == 0) return;
        var best = changes.BestRows.Select(row => (row.Key, Entry: row.Value)).ToArray();
        if (best.Length > 0) batch.Add(WriteEntries, EntryColumns(best));
        var lost = changes.Rows.Where(row => row.Value.Best is null).Select(row => row.Key).ToArray();
        if (lost.Length > 0) batch.Add(DeleteEntries, Column(Array.ConvertAll(lost, key => key.BusinessId)), Column(Array.ConvertAll(lost, key => key.Lid.Digits)));

        // A pair that is allowed again may have been the only one in the history.
        var contested = changes.Rows.Where(row => row.Value is { Best: not null } and ({ Others.Count: > 0 } or { Rulings.Count: > 0 })).ToArray();
        if (contested.Length > 0)
            batch.Add(
                DropBestFromOthers,
                Column(Array.ConvertAll(contested, row => row.Key.BusinessId)),
                Column(Array.ConvertAll(contested, row => row.Key.Lid.Digits)),
                Column(Array.ConvertAll(contested, row => row.Value.Best!.Phone.ToString())));
        var others = changes.Rows.SelectMany(row => row.Value.Others.Select(other => (row.Key, Entry: other))).ToArray();
        if (others.Length > 0) batch.Add(WriteOthers, EntryColumns(others));
    }

    private static void AddRulings(NpgsqlBatch batch, TableChanges changes)
    {
        if (changes.Rulings.Count == 0) return;
        var rulings = changes.Rulings.ToArray();
        batch.Add(
            WriteRulings,
            Column(Array.ConvertAll(rulings, one => one.Key.Key.BusinessId)),
            Column(Array.ConvertAll(rulings, one => one.Key.Key.Lid.Digits)),
            Column(Array.ConvertAll(rulings, one => one.Key.Phone.ToString())),
            Column(Array.ConvertAll(rulings, one => one.Value.IsDenied)),
            Column(Array.ConvertAll(rulings, one => one.Value.At.UtcDateTime)),
            Column(Array.ConvertAll(rulings, one => one.Value.EventId)),
            Column(Array.ConvertAll(rulings, one => one.Value.Raw?.Partition)),
            Column(Array.ConvertAll(rulings, one => one.Value.Raw?.Offset)));
    }

    private static void AddParked(NpgsqlBatch batch, TableChanges changes, DateTimeOffset now)
    {
        if (changes.Found.Count > 0)
            batch.Add(Unpark, Column<long>([.. changes.Found.Select(key => key.BusinessId)]), Column<string>([.. changes.Found.Select(key => key.Lid.Digits)]));
        if (changes.AskAgain.Count > 0) batch.Add(AskAgain, Column<long>([.. changes.AskAgain]), Moment(now));
        if (changes.Parked.Count == 0) return;
        var parked = changes.Parked.ToArray();
        batch.Add(
            Park,
            Column(Array.ConvertAll(parked, one => one.Key.BusinessId)),
            Column(Array.ConvertAll(parked, one => one.Key.Lid.Digits)),
            Column(Array.ConvertAll(parked, one => PostgresText.Of(one.Value.Source))),
            Column(Array.ConvertAll(parked, one => PostgresText.Of(one.Value.Session))),
            Column(Array.ConvertAll(parked, one => one.Value.EventId)),
            Column(Array.ConvertAll(parked, one => one.Value.Raw.Partition)),
            Column(Array.ConvertAll(parked, one => one.Value.Raw.Offset)),
            Column(Array.ConvertAll(parked, one => one.Value.ReceivedAt.UtcDateTime)),
            Moment(now + QuestionLease));
    }

    private static void AddHints(NpgsqlBatch batch, TableChanges changes, DateTimeOffset now)
    {
        if (changes.Hints.Count == 0) return;
        // One statement may touch a row once only.
        var hints = changes.Hints.GroupBy(hint => (hint.Key, hint.Phone)).Select(same => (First: same.MinBy(hint => hint.At), Last: same.Max(hint => hint.At))).ToArray();
        batch.Add(
            WriteHints,
            Column(Array.ConvertAll(hints, hint => hint.First.Key.BusinessId)),
            Column(Array.ConvertAll(hints, hint => hint.First.Key.Lid.Digits)),
            Column(Array.ConvertAll(hints, hint => hint.First.Phone.ToString())),
            Column(Array.ConvertAll(hints, hint => hint.First.At.UtcDateTime)),
            Column(Array.ConvertAll(hints, hint => hint.Last.UtcDateTime)),
            Column(Array.ConvertAll(hints, hint => hint.First.Origin.EventId)),
            Column(Array.ConvertAll(hints, hint => hint.First.Origin.Raw.Partition)),
            Column(Array.ConvertAll(hints, hint => hint.First.Origin.Raw.Offset)),
            Moment(now));
    }

    private static void AddOwnAddresses(NpgsqlBatch batch, TableChanges changes)
    {
        if (changes.OwnAddresses.Count == 0) return;
        var own = changes.OwnAddresses.GroupBy(one => (one.Origin.BusinessId, one.Origin.Session, one.Address)).Select(same => same.Last()).ToArray();
        batch.Add(
            WriteOwnAddresses,
            Column(Array.ConvertAll(own, one => one.Origin.BusinessId)),
            Column(Array.ConvertAll(own, one => PostgresText.Of(one.Origin.Session))),
            Column(Array.ConvertAll(own, one => one.Address)),
            Column(Array.ConvertAll(own, one => one.Origin.ReceivedAt.UtcDateTime)),
            Column(Array.ConvertAll(own, one => one.Origin.EventId)),
            Column(Array.ConvertAll(own, one => one.Origin.Raw.Partition)),
            Column(Array.ConvertAll(own, one => one.Origin.Raw.Offset)));
    }

    private static NpgsqlParameter[] EntryColumns((LidKey Key, LidEntry Entry)[] entries) =>
    [
        Column(Array.ConvertAll(entries, e => e.Key.BusinessId)),
        Column(Array.ConvertAll(entries, e => e.Key.Lid.Digits)),
        Column(Array.ConvertAll(entries, e => e.Entry.Phone.ToString())),
        Column(Array.ConvertAll(entries, e => GradeWords.Of(e.Entry.Grade))),
        Column(Array.ConvertAll(entries, e => PostgresText.Of(e.Entry.Source))),
        Column(Array.ConvertAll(entries, e => e.Entry.FirstSeen.UtcDateTime)),
        Column(Array.ConvertAll(entries, e => e.Entry.LastSeen.UtcDateTime)),
        Column(Array.ConvertAll(entries, e => e.Entry.EventId)),
        Column(Array.ConvertAll(entries, e => e.Entry.Raw?.Partition)),
        Column(Array.ConvertAll(entries, e => e.Entry.Raw?.Offset)),
    ];
}
