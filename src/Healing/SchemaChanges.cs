using Npgsql;

namespace Pipeline.Healing;

/// <summary>
/// What the backfill adds to the older tables: the column that links a message to its conversation, indexes, the unique constraint. Nothing
/// holds a lock for longer than a moment: indexes are made concurrently, the foreign key is checked after it was added.
/// </summary>
internal sealed class SchemaChanges(NpgsqlDataSource database, Transactions transactions, string schema)
{
    /// <summary>UNIQUE (business_id, canonical_key). Closed duplicates have no key, and null is never twice.</summary>
    public const string UniqueKeys = "whatsapp_conversation_business_id_canonical_key_unique";

    /// <summary>Asks whether keys are unique already, under whatever name; $1 is the schema.</summary>
    public const string AreKeysUnique = """
        SELECT EXISTS (SELECT FROM pg_index i
                        WHERE i.indrelid = to_regclass(quote_ident($1) || '.whatsapp_conversation') AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
                          AND (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey))
                              = ARRAY['business_id', 'canonical_key'])
        """;

    private const string IsOnlyAnIndex = $"""
        SELECT to_regclass(quote_ident($1) || '.{UniqueKeys}') IS NOT NULL
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = to_regclass(quote_ident($1) || '.{UniqueKeys}'))
        """;

    private const int Attempts = 5;
    private const string ForeignKey = "whatsapp_message_conversation_id_fkey";
    private const string OfConversation = "whatsapp_message_conversation_id_idx";
    private const string Unlinked = "pipeline_backfill_message_unlinked";

    /// <summary>What has to be there before messages are linked.</summary>
    /// <returns>What was added, in words.</returns>
    public async Task<IReadOnlyList<string>> PrepareAsync(CancellationToken cancellation)
    {
        var added = new List<string>();
        if (!await IsTrueAsync("SELECT EXISTS (SELECT FROM information_schema.columns WHERE table_schema = $1 AND table_name = 'whatsapp_message' AND column_name = 'conversation_id')", cancellation))
        {
            await InTransactionAsync("ALTER TABLE whatsapp_message ADD COLUMN IF NOT EXISTS conversation_id bigint", cancellation);
            added.Add("column whatsapp_message.conversation_id");
        }
        if (!await HasForeignKeyAsync(cancellation))
        {
            await InTransactionAsync($"ALTER TABLE whatsapp_message ADD CONSTRAINT {ForeignKey} FOREIGN KEY (conversation_id) REFERENCES whatsapp_conversation (id) ON DELETE SET NULL NOT VALID", cancellation);
            added.Add($"foreign key {ForeignKey}");
        }
        if (await IsTrueAsync($"SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass(quote_ident($1) || '.whatsapp_message') AND conname = '{ForeignKey}' AND NOT convalidated)", cancellation))
            await transactions.RunAloneAsync($"ALTER TABLE whatsapp_message VALIDATE CONSTRAINT {ForeignKey}", cancellation);
        if (!await HasIndexOnConversationAsync(cancellation) && await IndexAsync(OfConversation, "whatsapp_message (conversation_id)", cancellation)) added.Add($"index {OfConversation}");
        if (await IndexAsync(Unlinked, "whatsapp_message (business_id, id) WHERE conversation_id IS NULL", cancellation)) added.Add($"index {Unlinked}");
        return added;
    }

    /// <summary>Adds the unique constraint, unless it is there.</summary>
    /// <returns>False when live traffic has made a key stand twice meanwhile: merge again, then try again.</returns>
    public async Task<bool> MakeKeysUniqueAsync(CancellationToken cancellation)
    {
        // Killed between the two statements, a run leaves the index without the constraint.
        if (await IsTrueAsync(AreKeysUnique, cancellation) && !await IsTrueAsync(IsOnlyAnIndex, cancellation)) return true;
        try
        {
            await IndexAsync(UniqueKeys, "whatsapp_conversation (business_id, canonical_key)", cancellation, "UNIQUE ");
        }
        catch (PostgresException twice) when (twice.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // What is left of it is found invalid, and dropped, by the next attempt.
            return false;
        }
        await InTransactionAsync($"ALTER TABLE whatsapp_conversation ADD CONSTRAINT {UniqueKeys} UNIQUE USING INDEX {UniqueKeys}", cancellation);
        return true;
    }

    private async Task<bool> IndexAsync(string name, string on, CancellationToken cancellation, string kind = "")
    {
        var made = false;
        for (var attempt = 1; !await IsTrueAsync($"SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(quote_ident($1) || '.{name}') AND indisvalid)", cancellation); attempt++)
        {
            if (attempt > Attempts) throw new InvalidOperationException($"The index {name} could not be made in {Attempts} attempts: it is always left invalid.");
            // A run that was killed, or got into somebody's way, while it made an index leaves one that is not used.
            await transactions.RunAloneAsync($"DROP INDEX CONCURRENTLY IF EXISTS {name}", cancellation);
            await transactions.RunAloneAsync($"CREATE {kind}INDEX CONCURRENTLY IF NOT EXISTS {name} ON {on}", cancellation);
            made = true;
        }
        return made;
    }

    private Task<bool> HasForeignKeyAsync(CancellationToken cancellation) => IsTrueAsync("""
        SELECT EXISTS (SELECT FROM pg_constraint
                        WHERE contype = 'f' AND conrelid = to_regclass(quote_ident($1) || '.whatsapp_message')
                          AND confrelid = to_regclass(quote_ident($1) || '.whatsapp_conversation'))
        """, cancellation);

    private Task<bool> HasIndexOnConversationAsync(CancellationToken cancellation) => IsTrueAsync("""
        SELECT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                        WHERE i.indrelid = to_regclass(quote_ident($1) || '.whatsapp_message') AND a.attname = 'conversation_id'
                          AND i.indisvalid AND i.indpred IS NULL)
        """, cancellation);

    private Task<int> InTransactionAsync(string sql, CancellationToken cancellation) => transactions.RunAsync(async connection =>
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(cancellation);
    }, cancellation);

    private async Task<bool> IsTrueAsync(string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue(schema);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
