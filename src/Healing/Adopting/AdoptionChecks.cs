using Npgsql;

namespace Pipeline.Healing.Adopting;

/// <summary>What must not be found after adopting: each a name for an operator and how often it was found.</summary>
/// <param name="What">In words.</param>
/// <param name="Found">Should be 0.</param>
public sealed record AdoptionCheck(string What, long Found);

/// <summary>Looks at both schemas, by plain SELECTs.</summary>
public static class AdoptionChecks
{
    /// <summary>Runs them.</summary>
    /// <param name="database">Opened on the schema of the older tables.</param>
    /// <param name="options">Where the product's tables are.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<IReadOnlyList<AdoptionCheck>> RunAsync(NpgsqlDataSource database, BackfillOptions options, CancellationToken cancellation)
    {
        var product = options.ProductSchema;
        (string What, string Sql)[] checks =
        [
            ("canonical keys twice", $"SELECT count(*) FROM (SELECT FROM {product}.whatsapp_conversation GROUP BY business_id, canonical_key HAVING count(*) > 1) d"),
            ("phones of two live people", $"SELECT count(*) FROM (SELECT FROM {product}.person WHERE merged_into IS NULL AND phone_e164 IS NOT NULL GROUP BY business_id, phone_e164 HAVING count(*) > 1) d"),
            ("people with two conversations", $"SELECT count(*) FROM (SELECT FROM {product}.whatsapp_conversation WHERE person_id IS NOT NULL GROUP BY business_id, person_id HAVING count(*) > 1) d"),
            ("messages without a conversation", $"SELECT count(*) FROM {product}.whatsapp_message WHERE conversation_id IS NULL"),
            ("counters that are not those of the rows", $"""
                SELECT count(*) FROM {product}.whatsapp_conversation c
                  JOIN LATERAL (SELECT count(*) AS messages, max(sent_at) AS newest FROM {product}.whatsapp_message m WHERE m.conversation_id = c.id) s ON true
                 WHERE s.messages <> c.message_count OR (s.messages > 0 AND s.newest IS DISTINCT FROM c.last_message_at)
                """),
            ("linked messages of the older tables that the product lacks", $"""
                SELECT count(*) FROM whatsapp_message o
                 WHERE o.conversation_id IS NOT NULL
                   AND NOT EXISTS (SELECT FROM {product}.whatsapp_message m WHERE m.business_id = o.business_id AND m.message_id = COALESCE(NULLIF(o.message_id::text, ''), 'adopted-' || o.id) AND m.from_me = (o.from_me IS TRUE))
                """),
        ];
        var found = new List<AdoptionCheck>();
        foreach (var (what, sql) in checks)
        {
            await using var command = database.CreateCommand(sql);
            command.CommandTimeout = 0;
            found.Add(new AdoptionCheck(what, (long)(await command.ExecuteScalarAsync(cancellation))!));
        }
        return found;
    }
}
