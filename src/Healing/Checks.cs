using Npgsql;

namespace Pipeline.Healing;

/// <summary>One count over a database.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Count">How many there are.</param>
/// <param name="MustBeZero">Whether a healed database has none.</param>
public sealed record Check(string Name, long Count, bool MustBeZero)
{
    /// <summary>Not as it has to be.</summary>
    public bool Fails => MustBeZero && Count != 0;
}

/// <summary>What a healed database must not have, as plain SELECTs.</summary>
public static class Checks
{
    private static readonly (string Name, string Sql, bool MustBeZero)[] OfAny =
    [
        ("canonical keys that stand twice", "SELECT count(*) FROM (SELECT FROM whatsapp_conversation WHERE canonical_key IS NOT NULL GROUP BY business_id, canonical_key HAVING count(*) > 1) t", true),
        ("conversations that were closed as duplicates and are open, or have a key", "SELECT count(*) FROM whatsapp_conversation c JOIN pipeline_backfill_conversation b ON b.conversation_id = c.id WHERE c.is_open OR c.canonical_key IS NOT NULL", true),
        ("live leads' phones that stand twice", "SELECT count(*) FROM (SELECT FROM pipeline_backfill_lead WHERE merged_into IS NULL AND phone_e164 IS NOT NULL GROUP BY business_id, phone_e164 HAVING count(*) > 1) t", true),
        ("live leads' phones that stand twice as they are written", "SELECT count(*) FROM (SELECT FROM leads l LEFT JOIN pipeline_backfill_lead b ON b.lead_id = l.id WHERE b.merged_into IS NULL AND l.phone <> '' GROUP BY l.business_id, l.phone HAVING count(*) > 1) t", true),
        ("repaired leads whose phone is a LID's digits still", "SELECT count(*) FROM leads l JOIN pipeline_backfill_lead b ON b.lead_id = l.id WHERE b.phone_fate IN ('repaired', 'merged', 'unmapped') AND l.phone = b.old_phone", true),
        ("direct and group messages without a conversation", "SELECT count(*) FROM whatsapp_message m WHERE conversation_id IS NULL AND NOT EXISTS (SELECT FROM pipeline_backfill_unlinked u WHERE u.message_row_id = m.id)", true),
        ("messages in a conversation that was closed as a duplicate", "SELECT count(*) FROM whatsapp_message m JOIN pipeline_backfill_conversation b ON b.conversation_id = m.conversation_id", true),
        ("messages in a conversation of another business", "SELECT count(*) FROM whatsapp_message m JOIN whatsapp_conversation c ON c.id = m.conversation_id WHERE c.business_id <> m.business_id", true),
        ("messages", "SELECT count(*) FROM whatsapp_message", false),
        ("messages that belong to no conversation, with the reason noted", "SELECT count(*) FROM pipeline_backfill_unlinked", false),
        ("conversations that go on", "SELECT count(*) FROM whatsapp_conversation c WHERE NOT EXISTS (SELECT FROM pipeline_backfill_conversation b WHERE b.conversation_id = c.id)", false),
        ("conversations closed as duplicates", "SELECT count(*) FROM pipeline_backfill_conversation", false),
        ("fake phones repaired", "SELECT count(*) FROM pipeline_backfill_lead WHERE phone_fate = 'repaired'", false),
        ("fake phones of leads merged into another", "SELECT count(*) FROM pipeline_backfill_lead WHERE phone_fate = 'merged'", false),
        ("fake phones without a mapping: cleared, listed", "SELECT count(*) FROM pipeline_backfill_lead WHERE phone_fate = 'unmapped'", false),
    ];

    private const string Live = "(SELECT c.* FROM whatsapp_conversation c WHERE NOT EXISTS (SELECT FROM pipeline_backfill_conversation b WHERE b.conversation_id = c.id))";
    private const string Fake = "FROM leads l JOIN pipeline_generated_truth t ON t.kind = 'lead' AND t.row_id = l.id JOIN pipeline_generated_person p USING (person) WHERE l.phone LIKE '%' || p.lid || '%'";

    // Against the truth of a generated database.
    private static readonly (string Name, string Sql, bool MustBeZero)[] OfGenerated =
    [
        ("truth: people with more than one conversation", $"SELECT count(*) FROM (SELECT FROM {Live} c JOIN pipeline_generated_truth t ON t.kind = 'conversation' AND t.row_id = c.id GROUP BY t.person HAVING count(*) > 1) x", true),
        ("truth: people whose messages lie in more than one conversation", "SELECT count(*) FROM (SELECT FROM whatsapp_message m JOIN pipeline_generated_truth t ON t.kind = 'message' AND t.row_id = m.id GROUP BY t.person HAVING count(DISTINCT m.conversation_id) > 1) x", true),
        ("truth: conversations with messages of more than one person", "SELECT count(*) FROM (SELECT FROM whatsapp_message m JOIN pipeline_generated_truth t ON t.kind = 'message' AND t.row_id = m.id WHERE m.conversation_id IS NOT NULL GROUP BY m.conversation_id HAVING count(DISTINCT t.person) > 1) x", true),
        ("truth: leads with a fake phone where the phone is known", $"SELECT count(*) {Fake} AND p.is_known", true),
        ("truth: leads with a fake phone where it is not", $"SELECT count(*) {Fake} AND NOT p.is_known", true),
        ("truth: leads with somebody else's phone", "SELECT count(*) FROM pipeline_backfill_lead b JOIN pipeline_generated_truth t ON t.kind = 'lead' AND t.row_id = b.lead_id JOIN pipeline_generated_person p USING (person) WHERE b.phone_e164 <> p.phone_e164", true),
    ];

    /// <summary>Counts.</summary>
    /// <param name="database">Opened on the schema of the older tables; a run must have been there.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<IReadOnlyList<Check>> RunAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var checks = new List<Check>();
        foreach (var (name, sql, mustBeZero) in OfAny) checks.Add(new Check(name, await CountAsync(sql), mustBeZero));
        if (await CountAsync("SELECT count(*) FROM pg_class WHERE oid = to_regclass('pipeline_generated_truth')") > 0)
        {
            foreach (var (name, sql, mustBeZero) in OfGenerated) checks.Add(new Check(name, await CountAsync(sql), mustBeZero));
        }
        return checks;

        async Task<long> CountAsync(string sql)
        {
            await using var command = database.CreateCommand(sql);
            command.CommandTimeout = 0;
            return (long)(await command.ExecuteScalarAsync(cancellation))!;
        }
    }
}
