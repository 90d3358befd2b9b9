using Npgsql;
using NpgsqlTypes;
using Pipeline.Identity;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Resolver;

/// <summary>
/// The LIDs whose phone nobody knows, in <c>lid_parked</c>. Each waits for its next question; how long grows with the number of times
/// that the answer was “unknown”. The process that holds the partition of the event that named the LID asks, and nobody else: it
/// remembers what it has looked up, and must be the first to hear.
/// </summary>
public sealed class ParkedLids(NpgsqlDataSource database)
{
    /// <summary>How long an answer “unknown” holds: the first, the second, the third, and every one after that.</summary>
    public static readonly TimeSpan[] AskAgainAfter = [TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromHours(24)];

    // Taking a question and putting it off is one statement, so that a crash costs a delay and a second process never asks the same.
    private const string Claim = """
        UPDATE lid_parked p SET next_check_at = $3
          FROM (SELECT business_id, lid FROM lid_parked
                 WHERE raw_partition = ANY($1) AND next_check_at <= $2
                 ORDER BY next_check_at LIMIT $4 FOR UPDATE SKIP LOCKED) due
         WHERE p.business_id = due.business_id AND p.lid = due.lid
        RETURNING p.business_id, p.lid, p.source, p.session, p.event_id, p.parked_at, p.raw_partition, p.raw_offset
        """;

    private const string NoteUnknown = """
        UPDATE lid_parked p
           SET attempts = p.attempts + 1, asked_at = $3, next_check_at = $3 + ($4::interval[])[least(p.attempts + 1, cardinality($4))]
          FROM unnest($1, $2) AS asked (business_id, lid)
         WHERE p.business_id = asked.business_id AND p.lid = asked.lid
        """;

    private const string Measure = "SELECT count(*), min(parked_at) FROM lid_parked WHERE raw_partition = ANY($1)";

    /// <summary>Takes the questions that are due, the longest overdue first.</summary>
    /// <param name="partitions">The partitions that this process holds.</param>
    /// <param name="now">The present.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<(LidKey Key, EventOrigin Origin)>> ClaimAsync(IReadOnlyList<int> partitions, DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Claim);
        command.Parameters.Add(Column<int>([.. partitions]));
        command.Parameters.Add(Moment(now));
        command.Parameters.Add(Moment(now + TableWrites.QuestionLease));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var due = new List<(LidKey, EventOrigin)>();
        while (await rows.ReadAsync(cancellation))
        {
            if (!Lid.TryParse(rows.GetString(1), out var lid)) continue;
            var business = rows.GetInt64(0);
            due.Add((new LidKey(business, lid), new EventOrigin(
                business, rows.GetString(2), rows.GetString(3), rows.GetGuid(4), rows.GetFieldValue<DateTimeOffset>(5), new RawPlace(rows.GetInt32(6), rows.GetInt64(7)))));
        }
        return due;
    }

    /// <summary>The endpoint does not know these either: the next question waits longer.</summary>
    public async Task NoteUnknownAsync(IReadOnlyCollection<LidKey> keys, DateTimeOffset now, CancellationToken cancellation)
    {
        if (keys.Count == 0) return;
        await using var command = database.CreateCommand(NoteUnknown);
        // In one order everywhere, so that two processes never wait for each other.
        var ordered = keys.OrderBy(key => key.BusinessId).ThenBy(key => key.Lid.Digits, StringComparer.Ordinal).ToArray();
        command.Parameters.Add(Column(Array.ConvertAll(ordered, key => key.BusinessId)));
        command.Parameters.Add(Column(Array.ConvertAll(ordered, key => key.Lid.Digits)));
        command.Parameters.Add(Moment(now));
        command.Parameters.Add(new NpgsqlParameter<TimeSpan[]> { TypedValue = AskAgainAfter, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Interval });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>How many there are, and since when the oldest waits.</summary>
    public async Task<(long Count, DateTimeOffset? Oldest)> MeasureAsync(IReadOnlyList<int> partitions, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Measure);
        command.Parameters.Add(Column<int>([.. partitions]));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        await rows.ReadAsync(cancellation);
        return (rows.GetInt64(0), rows.IsDBNull(1) ? null : rows.GetFieldValue<DateTimeOffset>(1));
    }
}
