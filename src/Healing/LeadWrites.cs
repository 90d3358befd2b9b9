using Npgsql;
using Pipeline.Storage;

namespace Pipeline.Healing;

/// <summary>Writes what was decided about leads and their identities.</summary>
internal sealed class LeadWrites(Transactions transactions, int batchSize)
{
    // A phone that live traffic has changed since it was read is left alone: the next pass decides again.
    private const string WritePhones = """
        WITH wanted AS (SELECT * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) AS w (id, old, new, why)),
             done AS (UPDATE leads l SET phone = w.new FROM wanted w
                       WHERE l.id = w.id AND l.business_id = $1 AND l.phone IS NOT DISTINCT FROM w.old
                      RETURNING l.id, w.old, w.new, w.why)
        INSERT INTO pipeline_backfill_change (business_id, table_name, row_id, column_name, old_value, new_value, why)
        SELECT $1, 'leads', id, 'phone', old, new, why FROM done ORDER BY id
        RETURNING row_id
        """;

    private const string NoteMerges = """
        INSERT INTO pipeline_backfill_change (business_id, table_name, row_id, column_name, old_value, new_value, why)
        SELECT $1, 'leads', id, 'merged_into', old::text, new::text, 'same person' FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS w (id, old, new)
        """;

    private const string Keep = """
        INSERT INTO pipeline_backfill_lead (business_id, lead_id, phone_e164, merged_into, phone_fate, old_phone, new_phone)
        SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[])
            ON CONFLICT (lead_id) DO UPDATE SET business_id = EXCLUDED.business_id, phone_e164 = EXCLUDED.phone_e164, merged_into = EXCLUDED.merged_into,
               phone_fate = EXCLUDED.phone_fate, old_phone = EXCLUDED.old_phone, new_phone = EXCLUDED.new_phone, at = now()
        """;

    private const string MoveIdentities = """
        WITH wanted AS (SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS w (id, old, new)),
             done AS (UPDATE contact_identities i SET lead_id = w.new FROM wanted w
                       WHERE i.id = w.id AND i.business_id = $1 AND i.lead_id = w.old
                      RETURNING i.id, w.old, w.new)
        INSERT INTO pipeline_backfill_change (business_id, table_name, row_id, column_name, old_value, new_value, why)
        SELECT $1, 'contact_identities', id, 'lead_id', old::text, new::text, 'same person' FROM done ORDER BY id
        RETURNING row_id
        """;

    /// <summary>Repairs phones, marks merged leads, and keeps a row of each.</summary>
    /// <returns>How many rows of the older tables changed, or were merged.</returns>
    public async Task<long> ChangeAsync(long business, IReadOnlyList<LeadChange> changes, Action<long> onDone, CancellationToken cancellation)
    {
        long changed = 0;
        foreach (var batch in changes.OrderBy(change => change.Lead.Id).Chunk(batchSize))
        {
            changed += await transactions.RunAsync(connection => ChangeAsync(connection, business, batch, cancellation), cancellation);
            onDone(batch.Length);
        }
        return changed;
    }

    /// <summary>Gives identities to the lead that stands for their own.</summary>
    public async Task<long> MoveAsync(long business, IReadOnlyList<IdentityMove> moves, CancellationToken cancellation)
    {
        long moved = 0;
        foreach (var batch in moves.OrderBy(move => move.Id).Chunk(batchSize))
        {
            moved += await transactions.RunAsync(async connection =>
            {
                await Rows.LockAsync(connection, "contact_identities", [.. batch.Select(move => move.Id)], cancellation);
                return (await Rows.IdsAsync(connection, MoveIdentities, cancellation, Rows.Of(business),
                    BatchStatements.Column([.. batch.Select(move => move.Id)]), BatchStatements.Column([.. batch.Select(move => move.From)]), BatchStatements.Column([.. batch.Select(move => move.To)]))).Count;
            }, cancellation);
        }
        return moved;
    }

    private static async Task<long> ChangeAsync(NpgsqlConnection connection, long business, LeadChange[] batch, CancellationToken cancellation)
    {
        await Rows.LockAsync(connection, "leads", [.. batch.Select(change => change.Lead.Id)], cancellation);
        var writes = batch.Where(change => change.Writes).ToArray();
        var written = writes.Length == 0 ? [] : await Rows.IdsAsync(connection, WritePhones, cancellation, Rows.Of(business),
            BatchStatements.Column([.. writes.Select(change => change.Lead.Id)]), BatchStatements.Column((string?[])[.. writes.Select(change => change.Lead.Phone)]),
            BatchStatements.Column((string?[])[.. writes.Select(change => change.NewPhone)]), BatchStatements.Column((string?[])[.. writes.Select(change => WhyOf(change.Kept.Fate))]));

        var kept = batch.Where(change => !change.Writes || written.Contains(change.Lead.Id)).ToArray();
        var merges = kept.Where(change => change.Merges).ToArray();
        await Rows.RunAsync(connection, NoteMerges, cancellation, Rows.Of(business), BatchStatements.Column([.. merges.Select(change => change.Lead.Id)]),
            BatchStatements.Column((long?[])[.. merges.Select(change => change.Lead.Kept?.MergedInto)]), BatchStatements.Column((long?[])[.. merges.Select(change => change.Kept.MergedInto)]));
        await Rows.RunAsync(connection, Keep, cancellation, Rows.Of(business),
            BatchStatements.Column([.. kept.Select(change => change.Lead.Id)]), BatchStatements.Column((string?[])[.. kept.Select(change => change.Kept.PhoneE164)]),
            BatchStatements.Column((long?[])[.. kept.Select(change => change.Kept.MergedInto)]), BatchStatements.Column((string?[])[.. kept.Select(change => WordOf(change.Kept.Fate))]),
            BatchStatements.Column((string?[])[.. kept.Select(change => change.Kept.OldPhone)]), BatchStatements.Column((string?[])[.. kept.Select(change => change.Kept.NewPhone)]));
        return kept.Count(change => change.Writes || change.Merges);
    }

    private static string WordOf(PhoneFate fate) => fate switch
    {
        PhoneFate.Kept => "kept",
        PhoneFate.Repaired => "repaired",
        PhoneFate.Merged => "merged",
        PhoneFate.Unmapped => "unmapped",
        _ => "unreadable",
    };

    private static string WhyOf(PhoneFate fate) => fate switch
    {
        PhoneFate.Repaired => "digits of a LID, whose phone is known",
        PhoneFate.Merged => "digits of a LID; the lead it was merged into has the phone",
        PhoneFate.Unmapped => "digits of a LID, no mapping known",
        _ => "",
    };
}
