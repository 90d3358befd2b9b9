using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Healing.Adopting;

/// <summary>
/// Reads and writes the product's directory, under the lock that the ThreadLinker takes: while the row of a business is held, nobody else
/// decides about its people.
/// </summary>
/// <param name="product">The product's schema, a plain identifier.</param>
internal sealed class DirectoryTables(string product)
{
    private const string PersonColumns = "p.lead_id, p.owner, p.phone_e164::text, p.phone_rank, p.phone_at, p.name, p.name_at, p.push_name, p.push_name_at, c.id, c.canonical_key";

    /// <summary>Locks the business and keeps its numbering clear of the given number.</summary>
    /// <returns>The number the next lead gets.</returns>
    public async Task<long> LockAsync(NpgsqlConnection connection, long business, long above, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add($"INSERT INTO {product}.business (business_id) VALUES ($1) ON CONFLICT DO NOTHING", Rows.Of(business));
        batch.Add($"SELECT FROM {product}.business WHERE business_id = $1 FOR UPDATE", Rows.Of(business));
        batch.Add($"UPDATE {product}.business SET next_lead_id = $2 + 1 WHERE business_id = $1 AND next_lead_id <= $2", Rows.Of(business), Rows.Of(above));
        await batch.ExecuteNonQueryAsync(cancellation);
        return await NextAsync(connection, business, cancellation);
    }

    /// <summary>The number the next lead gets, without a lock.</summary>
    public async Task<long> NextAsync(NpgsqlConnection connection, long business, CancellationToken cancellation)
    {
        await using var next = new NpgsqlCommand($"SELECT next_lead_id FROM {product}.business WHERE business_id = $1", connection);
        next.Parameters.Add(Rows.Of(business));
        return await next.ExecuteScalarAsync(cancellation) as long? ?? 1;
    }

    /// <summary>Loads what is stored of these people.</summary>
    public async Task LoadAsync(NpgsqlConnection connection, long business, IReadOnlyList<OldPerson> people, AdoptingDirectory directory, CancellationToken cancellation)
    {
        Identity[] identities = [.. people.SelectMany(person => person.Identities).Distinct()];
        string[] phones = [.. identities.Where(identity => identity.Channel == "phone").Select(identity => identity.ExternalId)];
        string[] keys = [.. people.SelectMany(person => person.Keys).Concat(people.Where(person => person.GroupId is not null).Select(person => $"group:{business}:{person.GroupId}")).Distinct()];
        long[] numbers = [.. people.SelectMany(person => person.LeadIds).Concat(keys.Select(NumberOf).OfType<long>()).Distinct()];

        await using var batch = new NpgsqlBatch(connection);
        batch.Add($"""
            SELECT {PersonColumns}, i.channel, i.external_id
              FROM unnest($2::text[], $3::text[]) AS k (channel, external_id)
              JOIN {product}.contact_identities i ON i.business_id = $1 AND i.channel = k.channel AND i.external_id = k.external_id
              JOIN {product}.person p ON p.business_id = i.business_id AND p.lead_id = i.lead_id
              LEFT JOIN {product}.whatsapp_conversation c ON c.business_id = p.business_id AND c.person_id = p.lead_id
            """, Rows.Of(business), Column(Array.ConvertAll(identities, identity => identity.Channel)), Column(Array.ConvertAll(identities, identity => identity.ExternalId)));
        batch.Add($"""
            SELECT {PersonColumns}
              FROM unnest($2::text[]) AS k (phone)
              JOIN {product}.person p ON p.business_id = $1 AND p.phone_e164 = k.phone AND p.merged_into IS NULL
              LEFT JOIN {product}.whatsapp_conversation c ON c.business_id = p.business_id AND c.person_id = p.lead_id
            """, Rows.Of(business), Column(phones));
        batch.Add($"SELECT lead_id FROM {product}.person WHERE business_id = $1 AND lead_id = ANY ($2)", Rows.Of(business), Column(numbers));
        batch.Add($"""
            SELECT s.channel, s.external_id, s.other_channel, s.other_id
              FROM unnest($2::text[], $3::text[]) AS k (channel, external_id)
              JOIN {product}.stated_pair s ON s.business_id = $1 AND s.channel = k.channel AND s.external_id = k.external_id
            """, Rows.Of(business), Column(Array.ConvertAll(identities, identity => identity.Channel)), Column(Array.ConvertAll(identities, identity => identity.ExternalId)));
        batch.Add($"SELECT lid, phone_e164::text FROM {product}.denied_pair WHERE business_id = $1 AND denied", Rows.Of(business));
        batch.Add($"""
            SELECT canonical_key FROM {product}.whatsapp_conversation WHERE business_id = $1 AND canonical_key = ANY ($2)
            UNION SELECT alias FROM {product}.conversation_alias WHERE business_id = $1 AND alias = ANY ($2)
            """, Rows.Of(business), Column(keys));

        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddOwner(new Identity(rows.GetString(11), rows.GetString(12)), directory.Add(PersonOf(rows)));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.Add(PersonOf(rows));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddTaken(rows.GetInt64(0));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddPair(new Identity(rows.GetString(0), rows.GetString(1)), new Identity(rows.GetString(2), rows.GetString(3)));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddDenied(rows.GetString(0), rows.GetString(1));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddKey(rows.GetString(0));
    }

    /// <summary>Writes what a batch decided. New people come before what refers to them.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, long business, AdoptionChanges changes, long next, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddPeople(batch, $"""
            INSERT INTO {product}.person (business_id, lead_id, owner, phone_e164, phone_rank, phone_at, name, name_at, push_name, push_name_at)
            SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[], $7::text[], $8::timestamptz[], $9::text[], $10::timestamptz[])
            """, business, [.. changes.NewPeople]);
        AddPeople(batch, $"""
            UPDATE {product}.person p SET owner = n.owner, phone_e164 = n.phone, phone_rank = n.rank, phone_at = n.phone_at,
                                          name = n.name, name_at = n.name_at, push_name = n.push_name, push_name_at = n.push_name_at
              FROM unnest($2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[], $7::text[], $8::timestamptz[], $9::text[], $10::timestamptz[])
                   AS n (lead_id, owner, phone, rank, phone_at, name, name_at, push_name, push_name_at)
             WHERE p.business_id = $1 AND p.lead_id = n.lead_id
            """, business, [.. changes.ChangedPeople]);
        batch.Add($"UPDATE {product}.business SET next_lead_id = $2 WHERE business_id = $1 AND next_lead_id < $2", Rows.Of(business), Rows.Of(next));
        AddIdentities(batch, business, [.. changes.Identities]);
        AddPairs(batch, business, [.. changes.Pairs]);
        AddConversations(batch, business, changes);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The conversations of the given keys, a merged one as the one that goes on.</summary>
    public async Task<Dictionary<string, long>> ConversationsAsync(NpgsqlConnection connection, long business, string[] keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            SELECT canonical_key, COALESCE(merged_into, id) FROM {product}.whatsapp_conversation WHERE business_id = $1 AND canonical_key = ANY ($2)
            UNION ALL
            SELECT a.alias, COALESCE(c.merged_into, c.id) FROM {product}.conversation_alias a JOIN {product}.whatsapp_conversation c ON c.id = a.conversation_id
             WHERE a.business_id = $1 AND a.alias = ANY ($2) AND NOT EXISTS (SELECT FROM {product}.whatsapp_conversation k WHERE k.business_id = $1 AND k.canonical_key = a.alias)
            """, connection);
        command.Parameters.Add(Rows.Of(business));
        command.Parameters.Add(Column(keys));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellation)) found[rows.GetString(0)] = rows.GetInt64(1);
        return found;
    }

    private void AddIdentities(NpgsqlBatch batch, long business, (Identity Identity, long PersonId)[] identities)
    {
        if (identities.Length == 0) return;
        batch.Add($"""
            INSERT INTO {product}.contact_identities (business_id, channel, external_id, lead_id, first_lead_id)
            SELECT $1, channel, external_id, lead_id, lead_id FROM unnest($2::text[], $3::text[], $4::bigint[]) AS n (channel, external_id, lead_id)
            """, Rows.Of(business), Column(Array.ConvertAll(identities, one => one.Identity.Channel)), Column(Array.ConvertAll(identities, one => one.Identity.ExternalId)),
            Column(Array.ConvertAll(identities, one => one.PersonId)));
    }

    private void AddPairs(NpgsqlBatch batch, long business, AdoptionChanges.StatedTogether[] pairs)
    {
        if (pairs.Length == 0) return;
        batch.Add($"""
            INSERT INTO {product}.stated_pair (business_id, channel, external_id, other_channel, other_id, phone_rank, seen_at)
            SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::timestamptz[])
                ON CONFLICT DO NOTHING
            """, Rows.Of(business), Column(Array.ConvertAll(pairs, pair => pair.One.Channel)), Column(Array.ConvertAll(pairs, pair => pair.One.ExternalId)),
            Column(Array.ConvertAll(pairs, pair => pair.Other.Channel)), Column(Array.ConvertAll(pairs, pair => pair.Other.ExternalId)),
            Column(Array.ConvertAll(pairs, pair => pair.PhoneRank)), Column(Array.ConvertAll(pairs, pair => pair.SeenAt)));
    }

    private void AddConversations(NpgsqlBatch batch, long business, AdoptionChanges changes)
    {
        AdoptionChanges.NewConversation[] created = [.. changes.Conversations];
        if (created.Length > 0)
            batch.Add($"""
                INSERT INTO {product}.whatsapp_conversation (business_id, canonical_key, kind, person_id, lead_id, group_id, is_open, summary_created, last_message_at)
                SELECT $1, key, CASE WHEN group_id IS NULL THEN 'direct' ELSE 'group' END, person_id, lead_id, group_id, is_open, summary_created, last_message_at
                  FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::boolean[], $7::boolean[], $8::timestamptz[])
                       AS n (key, person_id, lead_id, group_id, is_open, summary_created, last_message_at)
                """, Rows.Of(business), Column(Array.ConvertAll(created, one => one.Key)), Column(Array.ConvertAll(created, one => one.Person?.Id)),
                Column(Array.ConvertAll(created, one => one.Person is { Owner: not "contact" } person ? person.Id : (long?)null)), Column(Array.ConvertAll(created, one => one.GroupId)),
                Column(Array.ConvertAll(created, one => one.Old.IsOpen)), Column(Array.ConvertAll(created, one => one.Old.SummaryCreated)), Column(Array.ConvertAll(created, one => one.Old.LastMessageAt)));

        (ProductPerson Person, string OldKey)[] rekeyed = [.. changes.Rekeyed];
        if (rekeyed.Length > 0)
            batch.Add($"""
                UPDATE {product}.whatsapp_conversation c SET canonical_key = n.key, lead_id = n.person_id
                  FROM unnest($2::bigint[], $3::text[]) AS n (person_id, key)
                 WHERE c.business_id = $1 AND c.person_id = n.person_id
                """, Rows.Of(business), Column(Array.ConvertAll(rekeyed, one => one.Person.Id)), Column(Array.ConvertAll(rekeyed, one => one.Person.ConversationKey!)));

        (string Alias, string Key)[] aliases = [.. changes.Aliases, .. rekeyed.Select(one => (one.OldKey, one.Person.ConversationKey!))];
        if (aliases.Length > 0)
            batch.Add($"""
                INSERT INTO {product}.conversation_alias (business_id, alias, conversation_id)
                SELECT $1, n.alias, COALESCE(c.merged_into, c.id)
                  FROM unnest($2::text[], $3::text[]) AS n (alias, key)
                  JOIN {product}.whatsapp_conversation c ON c.business_id = $1 AND c.canonical_key = n.key
                    ON CONFLICT (business_id, alias) DO NOTHING
                """, Rows.Of(business), Column(Array.ConvertAll(aliases, one => one.Alias)), Column(Array.ConvertAll(aliases, one => one.Key)));
    }

    private static void AddPeople(NpgsqlBatch batch, string sql, long business, ProductPerson[] people)
    {
        if (people.Length == 0) return;
        batch.Add(sql, Rows.Of(business),
            Column(Array.ConvertAll(people, person => person.Id)),
            Column(Array.ConvertAll(people, person => person.Owner)),
            Column(Array.ConvertAll(people, person => person.Phone?.Phone)),
            Column(Array.ConvertAll(people, person => person.Phone?.Rank)),
            Column(Array.ConvertAll(people, person => person.Phone?.At)),
            Column(Array.ConvertAll(people, person => person.Name?.Name)),
            Column(Array.ConvertAll(people, person => person.Name?.At)),
            Column(Array.ConvertAll(people, person => person.PushName?.Name)),
            Column(Array.ConvertAll(people, person => person.PushName?.At)));
    }

    private static ProductPerson PersonOf(NpgsqlDataReader row) => new(row.GetInt64(0))
    {
        Owner = row.GetString(1),
        Phone = row.IsDBNull(2) ? null : (row.GetString(2), row.IsDBNull(3) ? (short)0 : row.GetInt16(3), row.IsDBNull(4) ? DateTime.MinValue : row.GetDateTime(4)),
        Name = row.IsDBNull(5) ? null : (row.GetString(5), row.IsDBNull(6) ? DateTime.MinValue : row.GetDateTime(6)),
        PushName = row.IsDBNull(7) ? null : (row.GetString(7), row.IsDBNull(8) ? DateTime.MinValue : row.GetDateTime(8)),
        ConversationId = row.IsDBNull(9) ? null : row.GetInt64(9),
        ConversationKey = row.IsDBNull(10) ? null : row.GetString(10),
    };

    private static long? NumberOf(string key) => key.Split(':') is ["lead", _, var number] && long.TryParse(number, out var id) ? id : null;
}
