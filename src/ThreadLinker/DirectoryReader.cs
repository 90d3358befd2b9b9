using Npgsql;
using Pipeline.Contracts;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.ThreadLinker;

/// <summary>
/// Loads what a batch touches of the identity directory. One round trip when every address is known; one or two more when somebody new
/// writes.
/// </summary>
/// <remarks>
/// The rows of <c>business</c> are locked first, in order, and stay locked to the end of the transaction: two processes that hold the
/// same business for a moment (a rebalance, a stalled process that wakes up) take turns, and neither decides on what the other is about
/// to change. Every statement after the lock sees what the previous holder committed.
/// </remarks>
public sealed class DirectoryReader(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    private const string BusinessesExist = "INSERT INTO business (business_id) SELECT unnest($1) ON CONFLICT DO NOTHING";

    private const string BusinessesLocked = "SELECT business_id, next_lead_id FROM business WHERE business_id = ANY($1) ORDER BY business_id FOR UPDATE";

    // One row a lead, with the ordinals of the identities that led to it. The key of its conversation is put together as in LinkedConversation.
    private const string OwnersOfIdentities = """
        WITH found AS MATERIALIZED (
          SELECT i.business_id, i.lead_id, array_agg(k.ordinal::integer) AS ordinals
            FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS k (business_id, channel, external_id, ordinal)
            JOIN contact_identities i USING (business_id, channel, external_id)
           GROUP BY i.business_id, i.lead_id)
        SELECT l.business_id, l.lead_id, l.owner = 'crm', l.phone_e164, l.phone_rank, l.phone_at, l.push_name, l.push_name_at, c.id, f.ordinals
          FROM found f
          JOIN leads l USING (business_id, lead_id)
          LEFT JOIN whatsapp_conversation c
                 ON c.business_id = l.business_id AND c.canonical_key = 'lead:' || l.business_id || ':' || l.lead_id
        """;

    private const string OwnersOfPhones = """
        SELECT l.business_id, l.lead_id, l.owner = 'crm', l.phone_e164, l.phone_rank, l.phone_at, l.push_name, l.push_name_at, c.id
          FROM unnest($1::bigint[], $2::text[]) AS k (business_id, phone)
         CROSS JOIN LATERAL (SELECT * FROM leads WHERE business_id = k.business_id AND phone_e164 = k.phone AND merged_into IS NULL LIMIT 1) l
          LEFT JOIN whatsapp_conversation c
                 ON c.business_id = l.business_id AND c.canonical_key = 'lead:' || l.business_id || ':' || l.lead_id
        """;

    private const string PairsOfLids = """
        SELECT p.business_id, p.lid, p.phone_e164, p.phone_rank, p.seen_at
          FROM unnest($1::bigint[], $2::text[]) AS k (business_id, lid)
          JOIN unclaimed_pair p USING (business_id, lid)
        """;

    private const string PairsOfPhones = """
        SELECT p.business_id, p.lid, p.phone_e164, p.phone_rank, p.seen_at
          FROM unnest($1::bigint[], $2::text[]) AS k (business_id, phone)
          JOIN unclaimed_pair p ON p.business_id = k.business_id AND p.phone_e164 = k.phone
        """;

    private const string Groups = """
        SELECT k.business_id, k.group_id, c.id
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS k (business_id, group_id, canonical_key)
          JOIN whatsapp_conversation c USING (business_id, canonical_key)
        """;

    private const string MergesOfEvents = """
        SELECT m.business_id, m.event_id, m.absorbed_lead_id, m.survivor_lead_id, m.evidence, m.at, m.raw_partition, m.raw_offset, a.id, s.id
          FROM unnest($1::bigint[], $2::uuid[]) AS k (business_id, event_id)
          JOIN lead_merge m USING (business_id, event_id)
          JOIN whatsapp_conversation a ON a.business_id = m.business_id AND a.canonical_key = 'lead:' || m.business_id || ':' || m.absorbed_lead_id
          JOIN whatsapp_conversation s ON s.business_id = m.business_id AND s.canonical_key = 'lead:' || m.business_id || ':' || m.survivor_lead_id
         ORDER BY m.absorbed_lead_id
        """;

    private const string LidServer = "@lid";

    private readonly IdentityDirectory directory = new();

    /// <summary>Locks the businesses of the batch and loads what it touches.</summary>
    public async Task<IdentityDirectory> LoadAsync(IReadOnlyList<EventSubject> subjects, CancellationToken cancellation)
    {
        var touched = BatchTouches.Of(subjects);
        var loading = touched.Identities;
        await LockAndLoadAsync(touched, loading, cancellation);

        // Pairs lead to identities that no event of the batch names, and those to further pairs.
        var loaded = new HashSet<ContactIdentity>(loading);
        while (loading.Where(identity => !directory.Knows(identity)).ToArray() is { Length: > 0 } unknown)
        {
            loading = [.. (await LoadTiesAsync(unknown, cancellation)).Where(loaded.Add)];
            if (loading.Length == 0) break;
            await LoadOwnersAsync(loading, cancellation);
        }
        return directory;
    }

    private async Task LockAndLoadAsync(BatchTouches touched, ContactIdentity[] identities, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(BusinessesExist, Column(touched.Businesses));
        batch.Add(BusinessesLocked, Column(touched.Businesses));
        AddOwnersOf(batch, identities);
        batch.Add(MergesOfEvents, Column(touched.EventBusinesses), Column(touched.Events));
        if (touched.Groups.Length > 0)
            batch.Add(Groups, Column(Businesses(touched.Groups)), Column(touched.Groups.Select(group => group.GroupId).ToArray()),
                Column(touched.Groups.Select(group => LinkedConversation.KeyOfGroup(group.BusinessId, group.GroupId)).ToArray()));

        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddBusiness(rows.GetInt64(0), rows.GetInt64(1));
        await rows.NextResultAsync(cancellation);
        await ReadOwnersAsync(rows, identities, cancellation);
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddPastMerge(MergeOf(rows));
        if (touched.Groups.Length == 0) return;
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            directory.AddGroup(LinkedConversation.OfGroup(rows.GetInt64(0), rows.GetString(1), rows.GetInt64(2)));
    }

    private async Task LoadOwnersAsync(ContactIdentity[] identities, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        AddOwnersOf(batch, identities);
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        await ReadOwnersAsync(rows, identities, cancellation);
    }

    /// <summary>For identities without a lead: leads from outside that have the phone, and unclaimed pairs.</summary>
    /// <returns>Both sides of the pairs that were found.</returns>
    private async Task<List<ContactIdentity>> LoadTiesAsync(ContactIdentity[] unknown, CancellationToken cancellation)
    {
        ContactIdentity[] phones = [.. unknown.Where(identity => identity.Channel == Channel.Phone)];
        ContactIdentity[] lids = [.. unknown.Where(identity => identity.Channel == Channel.WhatsApp && identity.ExternalId.EndsWith(LidServer, StringComparison.Ordinal))];
        var phoneTexts = Array.ConvertAll(phones, phone => phone.ExternalId);

        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(PairsOfPhones, Column(Businesses(phones)), Column(phoneTexts));
        batch.Add(PairsOfLids, Column(Businesses(lids)), Column(Array.ConvertAll(lids, lid => lid.ExternalId[..^LidServer.Length])));
        batch.Add(OwnersOfPhones, Column(Businesses(phones)), Column(phoneTexts));

        var pairs = new HashSet<UnclaimedPair>();
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) pairs.Add(PairOf(rows));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) pairs.Add(PairOf(rows));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            var lead = directory.AddLead(LeadOf(rows));
            directory.AddOwnerOfPhone(ContactIdentity.OfPhone(lead.BusinessId, rows.GetString(3)), lead);
        }

        foreach (var pair in pairs) directory.AddPair(pair);
        return [.. pairs.SelectMany(pair => (ContactIdentity[])[pair.OfLid, pair.OfPhone])];
    }

    private static void AddOwnersOf(NpgsqlBatch batch, ContactIdentity[] identities) =>
        batch.Add(OwnersOfIdentities, Column(Businesses(identities)),
            Column(Array.ConvertAll(identities, identity => identity.Channel.Text())),
            Column(Array.ConvertAll(identities, identity => identity.ExternalId)));

    private async Task ReadOwnersAsync(NpgsqlDataReader rows, ContactIdentity[] identities, CancellationToken cancellation)
    {
        while (await rows.ReadAsync(cancellation))
        {
            var lead = directory.AddLead(LeadOf(rows));
            foreach (var ordinal in rows.GetFieldValue<int[]>(9)) directory.AddIdentity(identities[ordinal - 1], lead);
        }
    }

    private static Lead LeadOf(NpgsqlDataReader row)
    {
        var (business, id) = (row.GetInt64(0), row.GetInt64(1));
        // A phone given from outside has no evidence of its own: anything that WhatsApp states is newer.
        PhoneEvidence? phone = row.IsDBNull(3) ? null : new(
            row.GetString(3),
            row.IsDBNull(4) ? PhoneRank.LookUp : (PhoneRank)row.GetInt16(4),
            row.IsDBNull(5) ? DateTime.MinValue : row.GetDateTime(5));
        PushName? name = row.IsDBNull(6) ? null : new(row.GetString(6), row.IsDBNull(7) ? DateTime.MinValue : row.GetDateTime(7));
        var conversation = row.IsDBNull(8) ? null : LinkedConversation.WithLead(business, id, row.GetInt64(8));
        return Lead.Stored(business, id, row.GetBoolean(2), phone, name, conversation);
    }

    private static UnclaimedPair PairOf(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), new PhoneEvidence(row.GetString(2), (PhoneRank)row.GetInt16(3), row.GetDateTime(4)));

    private static LeadMerge MergeOf(NpgsqlDataReader row)
    {
        var (business, absorbed, survivor) = (row.GetInt64(0), row.GetInt64(2), row.GetInt64(3));
        var raw = row.IsDBNull(6) ? null : new RawPosition { Partition = row.GetInt32(6), Offset = row.GetInt64(7) };
        return new LeadMerge(row.GetGuid(1), business, absorbed, survivor, row.GetString(4), row.GetDateTime(5), raw,
            LinkedConversation.WithLead(business, absorbed, row.GetInt64(8)), LinkedConversation.WithLead(business, survivor, row.GetInt64(9)));
    }

    private static long[] Businesses(ContactIdentity[] identities) => Array.ConvertAll(identities, identity => identity.BusinessId);

    private static long[] Businesses((long BusinessId, string GroupId)[] groups) => Array.ConvertAll(groups, group => group.BusinessId);
}
