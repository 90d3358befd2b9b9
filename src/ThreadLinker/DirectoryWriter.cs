using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.ThreadLinker;

/// <summary>
/// Writes what a batch decided, in one round trip. Nothing here can meet a row of another writer: the businesses are locked since
/// <see cref="DirectoryReader"/>.
/// </summary>
/// <remarks>
/// The order matters in two places. New leads come before what refers to them. Absorbed leads are closed before survivors take over
/// their phones, because a phone belongs to one live lead at any moment (<c>leads_one_live_per_phone</c>).
/// </remarks>
public static class DirectoryWriter
{
    private const string LeadsExist = """
        INSERT INTO leads (business_id, lead_id, phone_e164, phone_rank, phone_at, push_name, push_name_at, merged_into)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::smallint[], $5::timestamptz[], $6::text[], $7::timestamptz[], $8::bigint[])
        """;

    private const string NumberingGoesOn = """
        UPDATE business b SET next_lead_id = n.next_lead_id
          FROM unnest($1::bigint[], $2::bigint[]) AS n (business_id, next_lead_id)
         WHERE b.business_id = n.business_id
        """;

    private const string AbsorbedLeadsAreClosed = """
        UPDATE leads l SET merged_into = m.survivor
          FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS m (business_id, absorbed, survivor)
         WHERE l.business_id = m.business_id AND l.lead_id = m.absorbed
        """;

    private const string EarlierAbsorbedLeadsPointToTheEnd = """
        UPDATE leads l SET merged_into = m.survivor
          FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS m (business_id, absorbed, survivor)
         WHERE l.business_id = m.business_id AND l.merged_into = m.absorbed
        """;

    private const string IdentitiesFollow = """
        UPDATE contact_identities i SET lead_id = m.survivor
          FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS m (business_id, absorbed, survivor)
         WHERE i.business_id = m.business_id AND i.lead_id = m.absorbed
        """;

    private const string LeadsLearn = """
        UPDATE leads l SET phone_e164 = n.phone, phone_rank = n.rank, phone_at = n.phone_at, push_name = n.push_name, push_name_at = n.push_name_at
          FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::smallint[], $5::timestamptz[], $6::text[], $7::timestamptz[])
               AS n (business_id, lead_id, phone, rank, phone_at, push_name, push_name_at)
         WHERE l.business_id = n.business_id AND l.lead_id = n.lead_id
        """;

    private const string IdentitiesExist = """
        INSERT INTO contact_identities (business_id, channel, external_id, lead_id)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])
        """;

    private const string PairsAreForgotten = """
        DELETE FROM unclaimed_pair p
         USING unnest($1::bigint[], $2::text[], $3::text[]) AS n (business_id, lid, phone)
         WHERE p.business_id = n.business_id AND p.lid = n.lid AND p.phone_e164 = n.phone
        """;

    private const string PairsAreRemembered = """
        INSERT INTO unclaimed_pair (business_id, lid, phone_e164, phone_rank, seen_at)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[], $5::timestamptz[])
            ON CONFLICT (business_id, lid, phone_e164) DO UPDATE SET phone_rank = EXCLUDED.phone_rank, seen_at = EXCLUDED.seen_at
        """;

    private const string ConversationsExist = """
        INSERT INTO whatsapp_conversation (business_id, canonical_key, kind, lead_id, group_id)
        SELECT business_id, canonical_key, CASE WHEN group_id IS NULL THEN 'direct' ELSE 'group' END, lead_id, group_id
          FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) AS n (business_id, canonical_key, lead_id, group_id)
        RETURNING business_id, canonical_key, id
        """;

    private const string AbsorbedConversationsAreClosed = """
        UPDATE whatsapp_conversation c SET merged_into = s.id
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS m (business_id, absorbed, survivor)
          JOIN whatsapp_conversation s ON s.business_id = m.business_id AND s.canonical_key = m.survivor
         WHERE c.business_id = m.business_id AND c.canonical_key = m.absorbed
        """;

    private const string EarlierAbsorbedConversationsPointToTheEnd = """
        UPDATE whatsapp_conversation c SET merged_into = s.id
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS m (business_id, absorbed, survivor)
          JOIN whatsapp_conversation a ON a.business_id = m.business_id AND a.canonical_key = m.absorbed
          JOIN whatsapp_conversation s ON s.business_id = m.business_id AND s.canonical_key = m.survivor
         WHERE c.merged_into = a.id
        """;

    private const string EarlierAliasesPointToTheEnd = """
        UPDATE conversation_alias c SET conversation_id = s.id
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS m (business_id, absorbed, survivor)
          JOIN whatsapp_conversation a ON a.business_id = m.business_id AND a.canonical_key = m.absorbed
          JOIN whatsapp_conversation s ON s.business_id = m.business_id AND s.canonical_key = m.survivor
         WHERE c.conversation_id = a.id
        """;

    private const string SupersededKeysGoOnAnswering = """
        INSERT INTO conversation_alias (business_id, alias, conversation_id)
        SELECT m.business_id, m.absorbed, s.id
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS m (business_id, absorbed, survivor)
          JOIN whatsapp_conversation s ON s.business_id = m.business_id AND s.canonical_key = m.survivor
        """;

    private const string MergesAreOnRecord = """
        INSERT INTO lead_merge (business_id, event_id, absorbed_lead_id, survivor_lead_id, evidence, at, raw_partition, raw_offset)
        SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[], $7::integer[], $8::bigint[])
        """;

    /// <summary>Writes the changes and gives new conversations their ids.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DirectoryChanges changes, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        AddLeads(batch, changes);
        AddConversations(batch, changes.NewConversations);
        AddMerges(batch, changes);
        AddLearned(batch, [.. changes.Learned]);
        AddIdentities(batch, changes.NewIdentities);
        AddPairs(batch, changes);

        var created = changes.NewConversations.ToDictionary(conversation => (conversation.BusinessId, conversation.Key));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        do
        {
            while (await rows.ReadAsync(cancellation)) created[(rows.GetInt64(0), rows.GetString(1))].Id = rows.GetInt64(2);
        }
        while (await rows.NextResultAsync(cancellation));
    }

    private static void AddLeads(NpgsqlBatch batch, DirectoryChanges changes)
    {
        if (changes.NewLeads.Count == 0) return;
        Lead[] leads = [.. changes.NewLeads];
        batch.Add(LeadsExist,
            [.. Identifying(leads), .. Knowing(leads), Column(Array.ConvertAll(leads, lead => lead.IsMerged ? lead.Survivor.Id : (long?)null))]);
        batch.Add(NumberingGoesOn, Column(changes.NextLeadIds.Keys.ToArray()), Column(changes.NextLeadIds.Values.ToArray()));
    }

    private static void AddConversations(NpgsqlBatch batch, List<LinkedConversation> created)
    {
        if (created.Count == 0) return;
        LinkedConversation[] conversations = [.. created];
        batch.Add(ConversationsExist,
            Column(Array.ConvertAll(conversations, conversation => conversation.BusinessId)),
            Column(Array.ConvertAll(conversations, conversation => conversation.Key)),
            Column(Array.ConvertAll(conversations, conversation => conversation.GroupId is null ? conversation.LeadId : (long?)null)),
            Column(Array.ConvertAll(conversations, conversation => conversation.GroupId)));
    }

    private static void AddMerges(NpgsqlBatch batch, DirectoryChanges changes)
    {
        if (changes.Merges.Count == 0) return;

        // A lead may be absorbed by one that is absorbed in turn: everything points to the last of them.
        Lead[] absorbed = [.. changes.Absorbed];
        foreach (var sql in (string[])[AbsorbedLeadsAreClosed, EarlierAbsorbedLeadsPointToTheEnd, IdentitiesFollow])
            batch.Add(sql, [.. Identifying(absorbed), Column(Array.ConvertAll(absorbed, lead => lead.Survivor.Id))]);

        Lead[] moved = [.. changes.Absorbed.Where(lead => lead.Conversation is not null)];
        if (moved.Length > 0)
        {
            foreach (var sql in (string[])[AbsorbedConversationsAreClosed, EarlierAbsorbedConversationsPointToTheEnd, EarlierAliasesPointToTheEnd, SupersededKeysGoOnAnswering])
                batch.Add(sql,
                    Column(Array.ConvertAll(moved, lead => lead.BusinessId)),
                    Column(Array.ConvertAll(moved, lead => lead.Conversation!.Key)),
                    Column(Array.ConvertAll(moved, lead => lead.Survivor.Conversation!.Key)));
        }

        LeadMerge[] merges = [.. changes.Merges];
        batch.Add(MergesAreOnRecord,
            Column(Array.ConvertAll(merges, merge => merge.BusinessId)),
            Column(Array.ConvertAll(merges, merge => merge.EventId)),
            Column(Array.ConvertAll(merges, merge => merge.AbsorbedLeadId)),
            Column(Array.ConvertAll(merges, merge => merge.SurvivorLeadId)),
            Column(Array.ConvertAll(merges, merge => merge.Evidence)),
            Column(Array.ConvertAll(merges, merge => merge.At)),
            Column(Array.ConvertAll(merges, merge => merge.Raw?.Partition)),
            Column(Array.ConvertAll(merges, merge => merge.Raw?.Offset)));
    }

    private static void AddLearned(NpgsqlBatch batch, Lead[] leads)
    {
        if (leads.Length > 0) batch.Add(LeadsLearn, [.. Identifying(leads), .. Knowing(leads)]);
    }

    private static void AddIdentities(NpgsqlBatch batch, List<(ContactIdentity Identity, Lead Owner)> claimed)
    {
        if (claimed.Count == 0) return;
        (ContactIdentity Identity, Lead Owner)[] identities = [.. claimed];
        batch.Add(IdentitiesExist,
            Column(Array.ConvertAll(identities, one => one.Identity.BusinessId)),
            Column(Array.ConvertAll(identities, one => one.Identity.Channel.Text())),
            Column(Array.ConvertAll(identities, one => one.Identity.ExternalId)),
            Column(Array.ConvertAll(identities, one => one.Owner.Survivor.Id)));
    }

    private static void AddPairs(NpgsqlBatch batch, DirectoryChanges changes)
    {
        (long BusinessId, string Lid, string Phone)[] forgotten = [.. changes.Pairs.Where(pair => pair.Value is null).Select(pair => pair.Key)];
        if (forgotten.Length > 0)
            batch.Add(PairsAreForgotten,
                Column(Array.ConvertAll(forgotten, pair => pair.BusinessId)),
                Column(Array.ConvertAll(forgotten, pair => pair.Lid)),
                Column(Array.ConvertAll(forgotten, pair => pair.Phone)));

        UnclaimedPair[] remembered = [.. changes.Pairs.Values.OfType<UnclaimedPair>()];
        if (remembered.Length > 0)
            batch.Add(PairsAreRemembered,
                Column(Array.ConvertAll(remembered, pair => pair.BusinessId)),
                Column(Array.ConvertAll(remembered, pair => pair.Lid)),
                Column(Array.ConvertAll(remembered, pair => pair.Phone.Phone)),
                Column(Array.ConvertAll(remembered, pair => (short)pair.Phone.Rank)),
                Column(Array.ConvertAll(remembered, pair => pair.Phone.At)));
    }

    private static NpgsqlParameter[] Identifying(Lead[] leads) =>
        [Column(Array.ConvertAll(leads, lead => lead.BusinessId)), Column(Array.ConvertAll(leads, lead => lead.Id))];

    private static NpgsqlParameter[] Knowing(Lead[] leads) =>
    [
        Column(Array.ConvertAll(leads, lead => lead.Phone?.Phone)),
        Column(Array.ConvertAll(leads, lead => (short?)lead.Phone?.Rank)),
        Column(Array.ConvertAll(leads, lead => lead.Phone?.At)),
        Column(Array.ConvertAll(leads, lead => lead.PushName?.Name)),
        Column(Array.ConvertAll(leads, lead => lead.PushName?.At)),
    ];
}
