using System.Globalization;
using Npgsql;
using Pipeline.Streaming;

namespace Pipeline.Cli.Rebuilding;

/// <summary>
/// The two schemas change their names, and what the live one alone knew goes along: where the Sink stands, the epoch of the Redis keys, who
/// may read, which conversations somebody has closed, and every key that was ever given out. All in the caller's transaction, after a
/// <see cref="Comparison"/> whose temporary tables say which conversation is which.
/// </summary>
internal sealed class SchemaSwap(NpgsqlConnection connection, NpgsqlTransaction transaction, RebuildPlaces places)
{
    private string Live => places.LiveSchema;

    private string Rebuilt => places.Schema;

    /// <summary>From now on nobody stores or migrates on either side. A service that is at it is waited for, not long.</summary>
    public async Task LockAsync(CancellationToken cancellation)
    {
        try
        {
            await ExecuteAsync($"""
                SET LOCAL lock_timeout = '5s';
                SELECT pg_advisory_xact_lock(hashtextextended('pipeline.migrations.{Live}', 0));
                LOCK TABLE {Live}.sink_offset, {Live}.whatsapp_message, {Live}.whatsapp_conversation, {Live}.person, {Live}.lid_mappings, {Live}.business,
                           {Rebuilt}.sink_offset, {Rebuilt}.whatsapp_message, {Rebuilt}.whatsapp_conversation, {Rebuilt}.person IN SHARE ROW EXCLUSIVE MODE
                """, cancellation);
        }
        catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
            throw new PipelineException("Somebody is at work on the tables.", "Is every copy of Resolver, ThreadLinker and Sink stopped, and no backfill running?", inner: busy);
        }
    }

    /// <summary>What stands against it, in sentences.</summary>
    /// <param name="linked">What was read of the live Sink's positions a moment ago.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<string>> ObstaclesAsync(IReadOnlyList<PartitionLag> linked, CancellationToken cancellation)
    {
        var found = new List<string>();
        if (await ListAsync($"SELECT 1 WHERE to_regnamespace('{places.KeptSchema}') IS NOT NULL", cancellation) is [_, ..])
            found.Add($"The schema '{places.KeptSchema}' is there already, from an earlier promotion of this name. Drop it, or take another name.");
        var other = $"SELECT name || checksum FROM {{0}}.schema_migrations EXCEPT SELECT name || checksum FROM {{1}}.schema_migrations";
        if (await ListAsync($"({string.Format(CultureInfo.InvariantCulture, other, Live, Rebuilt)}) UNION ALL ({string.Format(CultureInfo.InvariantCulture, other, Rebuilt, Live)})", cancellation) is [_, ..])
            found.Add("The two have not had the same migrations: ./pipeline migrate, and ./pipeline replay --into again.");

        var positions = (await ListAsync($"SELECT topic || ' ' || partition || ' ' || next_offset FROM {Live}.sink_offset", cancellation)).ToHashSet();
        if (linked.Any(lag => lag.Committed is { } next && !positions.Contains(string.Create(CultureInfo.InvariantCulture, $"{lag.Topic} {lag.Partition} {next}"))))
            found.Add("The live Sink has stored something in the meantime: stop it.");
        // They would go on reading the earlier tables, which are the same ones to them.
        foreach (var dependent in await ListAsync($"""
            SELECT DISTINCT v.oid::regclass::text FROM pg_depend d
              JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class
              JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid
             WHERE t.relnamespace = '{Live}'::regnamespace AND v.relnamespace <> '{Live}'::regnamespace
             UNION SELECT DISTINCT f.conrelid::regclass::text FROM pg_constraint f JOIN pg_class t ON t.oid = f.confrelid JOIN pg_class c ON c.oid = f.conrelid
             WHERE f.contype = 'f' AND t.relnamespace = '{Live}'::regnamespace AND c.relnamespace <> '{Live}'::regnamespace
            """, cancellation))
            found.Add($"{dependent}, in another schema, depends on the live tables themselves and would go on with the earlier ones: drop it, and make it again after the promotion.");
        return found;
    }

    /// <summary>What somebody has added to the live schema and the rebuilt one does not have.</summary>
    public Task<IReadOnlyList<string>> StaysBehindAsync(CancellationToken cancellation) => ListAsync($"""
        SELECT CASE c.relkind WHEN 'i' THEN 'index ' WHEN 'v' THEN 'view ' WHEN 'm' THEN 'view ' ELSE 'table ' END || c.relname
          FROM pg_class c WHERE c.relnamespace = '{Live}'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'i')
           AND NOT EXISTS (SELECT FROM pg_class r WHERE r.relnamespace = '{Rebuilt}'::regnamespace AND r.relname = c.relname)
        UNION ALL
        SELECT 'trigger ' || g.tgname || ' on ' || t.relname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid WHERE t.relnamespace = '{Live}'::regnamespace AND NOT g.tgisinternal
         ORDER BY 1
        """, cancellation);

    /// <summary>Does it.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // The live records of `linked` speak of the earlier tables and are all stored; what comes next speaks of the new ones.
        await ExecuteAsync($"DELETE FROM {Rebuilt}.sink_offset; INSERT INTO {Rebuilt}.sink_offset SELECT * FROM {Live}.sink_offset", cancellation);

        // Redis goes on with keys that have never been written.
        await ExecuteAsync($"""
            INSERT INTO {Rebuilt}.lid_cache_epoch (business_id, epoch)
            SELECT b.business_id, GREATEST(COALESCE(l.epoch, 0), COALESCE(r.epoch, 0)) + 1
              FROM (SELECT business_id FROM {Live}.lid_mappings UNION SELECT business_id FROM {Live}.lid_cache_epoch
                    UNION SELECT business_id FROM {Live}.business UNION SELECT business_id FROM {Rebuilt}.business) b
              LEFT JOIN {Live}.lid_cache_epoch l USING (business_id) LEFT JOIN {Rebuilt}.lid_cache_epoch r USING (business_id)
                ON CONFLICT (business_id) DO UPDATE SET epoch = EXCLUDED.epoch
            """, cancellation);

        await ExecuteAsync($"""
            UPDATE {Rebuilt}.whatsapp_conversation r SET is_open = l.is_open, summary_created = l.summary_created
              FROM d_edge e JOIN {Live}.whatsapp_conversation l ON l.id = e.live
             WHERE e.stays AND r.id = e.rebuilt AND (l.is_open, l.summary_created) IS DISTINCT FROM (r.is_open, r.summary_created)
            """, cancellation);

        // A key answers for ever. One that the rebuild has given to somebody else is theirs.
        await ExecuteAsync($"""
            INSERT INTO {Rebuilt}.conversation_alias (business_id, alias, conversation_id)
            SELECT k.business_id, k.key, e.rebuilt
              FROM (SELECT business_id, canonical_key AS key, COALESCE(merged_into, id) AS id FROM {Live}.whatsapp_conversation
                    UNION SELECT a.business_id, a.alias, COALESCE(c.merged_into, c.id) FROM {Live}.conversation_alias a JOIN {Live}.whatsapp_conversation c ON c.id = a.conversation_id) k
              JOIN d_edge e ON e.stays AND e.live = k.id
             WHERE NOT EXISTS (SELECT FROM {Rebuilt}.whatsapp_conversation c WHERE c.business_id = k.business_id AND c.canonical_key = k.key)
                ON CONFLICT (business_id, alias) DO NOTHING
            """, cancellation);

        foreach (var grant in await GrantsAsync(cancellation)) await ExecuteAsync(grant, cancellation);
        await ExecuteAsync($"DROP TABLE {Rebuilt}.{RebuildPlaces.Mark}; ALTER SCHEMA {Live} RENAME TO {places.KeptSchema}; ALTER SCHEMA {Rebuilt} RENAME TO {Live}", cancellation);

        // A function that carries a search_path carries the name.
        foreach (var schema in (string[])[Live, places.KeptSchema])
            foreach (var function in await ListAsync($"""
                SELECT p.oid::regprocedure::text FROM pg_proc p, unnest(p.proconfig) AS setting
                 WHERE p.pronamespace = '{schema}'::regnamespace AND setting LIKE 'search_path=%'
                """, cancellation))
                await ExecuteAsync($"ALTER FUNCTION {function} SET search_path TO {schema}", cancellation);
    }

    // Whoever may read the live tables may read the rebuilt ones.
    private Task<IReadOnlyList<string>> GrantsAsync(CancellationToken cancellation) => ListAsync($"""
        SELECT format('GRANT %s ON %s %I.%I TO %s%s', a.privilege_type, CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, '{Rebuilt}', c.relname,
                      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
          FROM pg_class c, aclexplode(c.relacl) a
         WHERE c.relnamespace = '{Live}'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND a.grantee <> c.relowner
           AND EXISTS (SELECT FROM pg_class r WHERE r.relnamespace = '{Rebuilt}'::regnamespace AND r.relname = c.relname AND r.relkind = c.relkind)
        UNION ALL
        SELECT format('GRANT %s ON SCHEMA %I TO %s%s', a.privilege_type, '{Rebuilt}',
                      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
          FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = '{Live}' AND a.grantee <> n.nspowner
        """, cancellation);

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 1800 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<IReadOnlyList<string>> ListAsync(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new List<string>();
        while (await rows.ReadAsync(cancellation)) found.Add(rows.GetValue(0).ToString()!);
        return found;
    }
}
