using Npgsql;

namespace Pipeline.Healing;

/// <summary>The older tables cannot be healed as they are.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="advice">Everything that is missing, a line each.</param>
public sealed class LayoutException(string message, string advice) : Exception(message)
{
    /// <summary>Everything that is missing, a line each.</summary>
    public string Advice { get; } = advice;
}

/// <summary>Which tables and columns an installation has.</summary>
public sealed class OlderTables
{
    private static readonly (string Table, string[] Columns)[] Required =
    [
        ("whatsapp_conversation", ["id", "business_id", "customer_wa_id", "canonical_key", "lead_id", "last_message_at", "is_open", "summary_created"]),
        ("whatsapp_message", ["id", "business_id", "from_me", "to_number"]),
        ("leads", ["id", "business_id", "phone"]),
        ("contact_identities", ["id", "business_id", "lead_id", "external_id"]),
    ];

    // What the backfill fills itself when it makes a conversation; any other column has to look after itself.
    private static readonly HashSet<string> Filled = ["id", "business_id", "customer_wa_id", "canonical_key", "lead_id", "last_message_at"];

    private readonly Dictionary<(string Table, string Column), ColumnFacts> columns;

    private OlderTables(Dictionary<(string Table, string Column), ColumnFacts> columns) => this.columns = columns;

    /// <summary>The product's LID table is in the same database.</summary>
    public bool HasProductMappings { get; private init; }

    /// <summary>The product knows pairs that an operator has denied.</summary>
    public bool HasProductDenials { get; private init; }

    /// <summary>An earlier run has added the unique constraint.</summary>
    public bool KeysAreUnique { get; private init; }

    /// <summary>An earlier run (or an importer) has made the bookkeeping.</summary>
    public bool HasBookkeeping => Has("pipeline_backfill_lead", "lead_id");

    /// <summary>An importer has left pairs, or an earlier run has.</summary>
    public bool HasMappings => Has("pipeline_backfill_mapping", "lid");

    /// <summary>Columns without which no conversation can be made, because their value is not known.</summary>
    public IEnumerable<string> ObstaclesToNewConversations =>
        columns.Where(column => column.Key.Table == "whatsapp_conversation" && column.Value.MustBeGiven && !Filled.Contains(column.Key.Column)).Select(column => column.Key.Column).Order(StringComparer.Ordinal);

    /// <summary>Looks at the database.</summary>
    /// <exception cref="LayoutException">It is not the older layout.</exception>
    public static async Task<OlderTables> ReadAsync(NpgsqlDataSource database, BackfillOptions options, CancellationToken cancellation)
    {
        var columns = new Dictionary<(string, string), ColumnFacts>();
        await using (var command = database.CreateCommand("""
            SELECT table_name::text, column_name::text, data_type::text,
                   is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER', is_nullable = 'NO'
              FROM information_schema.columns
             WHERE table_schema = $1
            """))
        {
            command.Parameters.AddWithValue(options.Schema);
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation)) columns.Add((rows.GetString(0), rows.GetString(1)), new ColumnFacts(rows.GetString(2), rows.GetBoolean(3), rows.GetBoolean(4)));
        }
        var tables = new OlderTables(columns)
        {
            HasProductMappings = await IsTrueAsync("SELECT to_regclass(quote_ident($1) || '.lid_mappings') IS NOT NULL AND to_regclass(quote_ident($1) || '.lid_mapping_history') IS NOT NULL", options.ProductSchema),
            HasProductDenials = await IsTrueAsync("SELECT to_regclass(quote_ident($1) || '.denied_pair') IS NOT NULL", options.ProductSchema),
            KeysAreUnique = await IsTrueAsync(SchemaChanges.AreKeysUnique, options.Schema),
        };
        tables.Check(options.Schema);
        return tables;

        async Task<bool> IsTrueAsync(string sql, string value)
        {
            await using var command = database.CreateCommand(sql);
            command.Parameters.AddWithValue(value);
            return (bool)(await command.ExecuteScalarAsync(cancellation))!;
        }
    }

    /// <summary>Whether the column is there.</summary>
    public bool Has(string table, string column) => columns.ContainsKey((table, column));

    private void Check(string schema)
    {
        var tables = columns.Keys.Select(column => column.Table).ToHashSet();
        var missing = new List<string>();
        foreach (var (table, needed) in Required)
        {
            if (!tables.Contains(table)) missing.Add($"table {table} ({string.Join(", ", needed)})");
            else missing.AddRange(needed.Where(column => !Has(table, column)).Select(column => $"column {table}.{column}"));
        }
        if (missing.Count > 0)
            throw new LayoutException($"The schema '{schema}' is not the older layout: {missing.Count} of the tables and columns that are needed are missing.", string.Join('\n', missing) + "\nIs it another schema (--schema) or another database (--postgres)? docs/operations.md has the layout.");

        var odd = Required.SelectMany(table => table.Columns.Where(column => column is "id" or "business_id" or "lead_id").Select(column => (table.Table, column)))
            .Where(column => columns[column].Type is not ("bigint" or "integer" or "smallint")).Select(column => $"{column.Table}.{column.column} is {columns[column].Type}").ToList();
        if (columns[("leads", "phone")].IsNotNull)
            throw new LayoutException("A lead whose phone is in truth a LID may have to lose it, and leads.phone must not be null.", "ALTER TABLE leads ALTER COLUMN phone DROP NOT NULL;");
        if (odd.Count > 0) throw new LayoutException("Rows of the older layout are numbered, and these columns are not whole numbers.", string.Join('\n', odd));
    }

    private readonly record struct ColumnFacts(string Type, bool MustBeGiven, bool IsNotNull);
}
