using Npgsql;

namespace Pipeline.Healing;

/// <summary>
/// Reads the facts of one business after the other. The messages are looked through once for all of them, and counted by their two
/// addresses in a temporary table; so a business's addresses are in memory, its messages never.
/// </summary>
internal sealed class FactsReader : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly OlderTables tables;
    private readonly BackfillOptions options;

    private FactsReader(NpgsqlConnection connection, OlderTables tables, BackfillOptions options) =>
        (this.connection, this.tables, this.options) = (connection, tables, options);

    /// <summary>Looks through the messages.</summary>
    public static async Task<FactsReader> OpenAsync(NpgsqlDataSource database, OlderTables tables, BackfillOptions options, CancellationToken cancellation)
    {
        var reader = new FactsReader(await database.OpenConnectionAsync(cancellation), tables, options);
        var from = tables.Has("whatsapp_message", "from_number") ? "from_number" : "NULL";
        var last = tables.Has("whatsapp_message", "created_at") ? "max(created_at)::timestamptz" : "NULL::timestamptz";
        var unlinked = !tables.Has("whatsapp_message", "conversation_id") ? "true"
            : tables.HasBookkeeping ? "conversation_id IS NULL AND NOT EXISTS (SELECT FROM pipeline_backfill_unlinked u WHERE u.message_row_id = m.id)"
            : "conversation_id IS NULL";
        await using var command = reader.Command($"""
            DROP TABLE IF EXISTS pg_temp.pipeline_backfill_peers;
            CREATE TEMPORARY TABLE pipeline_backfill_peers AS
            SELECT business_id::bigint AS business_id, COALESCE(from_me, false) AS from_me, {from}::text AS from_number, to_number::text AS to_number,
                   count(*) AS messages, count(*) FILTER (WHERE {unlinked}) AS unlinked, {last} AS last_at
              FROM whatsapp_message m
             GROUP BY 1, 2, 3, 4;
            CREATE INDEX ON pg_temp.pipeline_backfill_peers (business_id);
            """);
        await command.ExecuteNonQueryAsync(cancellation);
        return reader;
    }

    /// <summary>The businesses that have anything, in order.</summary>
    public async Task<IReadOnlyList<long>> BusinessesAsync(CancellationToken cancellation)
    {
        var found = await ListAsync("""
            SELECT business_id::bigint FROM whatsapp_conversation UNION SELECT business_id FROM leads
            UNION SELECT business_id FROM pipeline_backfill_peers ORDER BY 1
            """, null, row => row.GetInt64(0), cancellation);
        return [.. found.Where(business => options.Businesses.Count == 0 || options.Businesses.Contains(business))];
    }

    /// <summary>How many rows there are to look at, for the progress.</summary>
    public async Task<(long Leads, long Conversations, long Messages)> CountAsync(IReadOnlyList<long> businesses, CancellationToken cancellation)
    {
        await using var command = Command("""
            SELECT (SELECT count(*) FROM leads WHERE business_id = ANY ($1)), (SELECT count(*) FROM whatsapp_conversation WHERE business_id = ANY ($1)),
                   (SELECT COALESCE(sum(unlinked), 0)::bigint FROM pipeline_backfill_peers WHERE business_id = ANY ($1))
            """);
        command.Parameters.AddWithValue(businesses.ToArray());
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
    }

    /// <summary>Everything about one business.</summary>
    public async Task<BusinessFacts> ReadAsync(long business, CancellationToken cancellation)
    {
        var conversations = await ListAsync($"""
            SELECT c.id::bigint, c.customer_wa_id::text, c.canonical_key::text, c.lead_id::bigint, c.last_message_at::timestamptz, c.is_open IS TRUE, b.merged_into
              FROM whatsapp_conversation c
              LEFT JOIN {Kept("pipeline_backfill_conversation", "NULL::bigint AS conversation_id, NULL::bigint AS merged_into")} b ON b.conversation_id = c.id
             WHERE c.business_id = $1
             ORDER BY c.id
            """, business, row => new ConversationRow(row.GetInt64(0), Text(row, 1), Text(row, 2), Number(row, 3), row.IsDBNull(4) ? null : row.GetDateTime(4), row.GetBoolean(5), Number(row, 6)), cancellation);
        var leads = await ListAsync($"""
            SELECT l.id::bigint, l.phone::text, b.lead_id IS NOT NULL, b.phone_e164, b.merged_into, b.phone_fate, b.old_phone, b.new_phone
              FROM leads l
              LEFT JOIN {Kept("pipeline_backfill_lead", "NULL::bigint AS lead_id, NULL::text AS phone_e164, NULL::bigint AS merged_into, NULL::text AS phone_fate, NULL::text AS old_phone, NULL::text AS new_phone")} b
                ON b.lead_id = l.id
             WHERE l.business_id = $1
             ORDER BY l.id
            """, business, row => new LeadRow(row.GetInt64(0), Text(row, 1), !row.GetBoolean(2) ? null
                : new KeptLead(Text(row, 3), Number(row, 4), Enum.Parse<PhoneFate>(row.GetString(5), ignoreCase: true), Text(row, 6), Text(row, 7))), cancellation);
        var identities = await ListAsync(
            $"""
            SELECT id::bigint, lead_id::bigint, external_id::text, {(tables.Has("contact_identities", "channel") ? "channel" : "NULL")}::text
              FROM contact_identities WHERE business_id = $1 AND lead_id IS NOT NULL ORDER BY id
            """, business, row => new IdentityRow(row.GetInt64(0), row.GetInt64(1), Text(row, 2), Text(row, 3)), cancellation);
        var messages = await ListAsync(
            "SELECT from_me, from_number, to_number, messages, unlinked, last_at FROM pipeline_backfill_peers WHERE business_id = $1 ORDER BY from_me, from_number, to_number",
            business, row => new MessagesRow(row.GetBoolean(0), Text(row, 1), Text(row, 2), row.GetInt64(3), row.GetInt64(4), row.IsDBNull(5) ? null : row.GetDateTime(5)), cancellation);
        var mappings = await ListAsync($"{MappingsSql()} ORDER BY 3, 1, 2", business, row => new MappingRow(row.GetString(0), row.GetString(1), row.GetInt32(2)), cancellation);
        // A dry run keeps no file's pairs, so they are not among those that were read.
        mappings.AddRange(options.Mappings.Where(mapping => mapping.Business == business).Select(mapping => new MappingRow(mapping.Lid, mapping.Phone, MappingRow.OfFile)));
        var denied = !tables.HasProductDenials ? [] : await ListAsync(
            $"SELECT lid, phone_e164::text FROM {options.ProductSchema}.denied_pair WHERE business_id = $1 AND denied", business, row => (Lid: row.GetString(0), Phone: row.GetString(1)), cancellation);
        var quoted = !tables.HasProductMappings ? [] : await ListAsync(
            $"SELECT lid FROM {options.ProductSchema}.lid_mappings WHERE business_id = $1 AND grade NOT IN ('strong', 'seed')", business, row => row.GetString(0), cancellation);
        var isDenied = denied.ToHashSet();
        mappings.RemoveAll(mapping => isDenied.Contains((mapping.Lid, mapping.Phone)));
        return new BusinessFacts(business, conversations, leads, identities, messages, mappings)
        {
            OtherLids = [.. denied.Select(pair => pair.Lid), .. quoted],
            KeysAreUnique = tables.KeysAreUnique,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await using (var command = Command("DROP TABLE IF EXISTS pg_temp.pipeline_backfill_peers"))
        {
            if (connection.FullState == System.Data.ConnectionState.Open) await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        await connection.DisposeAsync();
    }

    // Only what was stated, not whom somebody quoted.
    private string MappingsSql()
    {
        var parts = new List<string> { "SELECT NULL::text AS lid, NULL::text AS phone_e164, 0 AS rank WHERE $1::bigint IS NULL" };
        if (tables.HasProductMappings)
        {
            parts.Add($"SELECT lid, phone_e164::text, 0 FROM {options.ProductSchema}.lid_mappings WHERE business_id = $1 AND grade IN ('strong', 'seed')");
            parts.Add($"SELECT lid, phone_e164::text, 2 FROM {options.ProductSchema}.lid_mapping_history WHERE business_id = $1 AND grade IN ('strong', 'seed')");
        }
        if (tables.HasMappings) parts.Add("SELECT lid, phone_e164, 1 FROM pipeline_backfill_mapping WHERE business_id = $1");
        return string.Join(" UNION ALL ", parts);
    }

    // Before the first run there is no bookkeeping, and a dry run makes none.
    private string Kept(string table, string nothing) => tables.HasBookkeeping ? table : $"(SELECT {nothing} WHERE false)";

    private NpgsqlCommand Command(string sql) => new(sql, connection) { CommandTimeout = 0 };

    private async Task<List<T>> ListAsync<T>(string sql, long? business, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = Command(sql);
        if (business is { } id) command.Parameters.AddWithValue(id);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new List<T>();
        while (await rows.ReadAsync(cancellation)) found.Add(read(rows));
        return found;
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
