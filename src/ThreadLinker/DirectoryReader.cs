using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;
using static Pipeline.ThreadLinker.DirectoryRows;

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
public sealed class DirectoryReader(NpgsqlConnection connection, NpgsqlTransaction transaction, LeadOptions options, StatedPairMemory? written = null)
{
    private const string BusinessesExist = "INSERT INTO business (business_id) SELECT unnest($1) ON CONFLICT DO NOTHING";

    private const string BusinessesLocked = "SELECT business_id, next_lead_id FROM business WHERE business_id = ANY($1) ORDER BY business_id FOR UPDATE";

    // One row a person, with the ordinals of the identities that led to it.
    private const string OwnersOfIdentities = $"""
        WITH found AS MATERIALIZED (
          SELECT i.business_id, i.lead_id, array_agg(k.ordinal::integer) AS ordinals
            FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS k (business_id, channel, external_id, ordinal)
            JOIN contact_identities i USING (business_id, channel, external_id)
           GROUP BY i.business_id, i.lead_id)
        SELECT {PersonColumns}, f.ordinals
          FROM found f
          JOIN person p USING (business_id, lead_id)
          LEFT JOIN whatsapp_conversation c ON c.business_id = p.business_id AND c.person_id = p.lead_id
        """;

    private const string OwnersOfPhones = $"""
        SELECT {PersonColumns}
          FROM unnest($1::bigint[], $2::text[]) AS k (business_id, phone)
         CROSS JOIN LATERAL (SELECT * FROM person WHERE business_id = k.business_id AND phone_e164 = k.phone AND merged_into IS NULL LIMIT 1) p
          LEFT JOIN whatsapp_conversation c ON c.business_id = p.business_id AND c.person_id = p.lead_id
        """;

    private const string Denied = "SELECT business_id, lid, phone_e164 FROM denied_pair WHERE business_id = ANY($1) AND denied";

    private const string PairsByFirst = $"""
        SELECT {PairColumns}
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS k (business_id, channel, external_id)
          JOIN stated_pair p USING (business_id, channel, external_id)
        """;

    private const string PairsByOther = $"""
        SELECT {PairColumns}
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS k (business_id, channel, external_id)
          JOIN stated_pair p ON p.business_id = k.business_id AND p.other_channel = k.channel AND p.other_id = k.external_id
        """;

    private const string Groups = """
        SELECT k.business_id, k.group_id, c.id
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS k (business_id, group_id, canonical_key)
          JOIN whatsapp_conversation c USING (business_id, canonical_key)
        """;

    private const string MergesOfEvents = """
        SELECT m.business_id, m.event_id, m.at, m.raw_partition, m.raw_offset, m.absorbed_lead_id, m.survivor_lead_id, m.evidence, m.lid, m.phone_e164,
               a.id, a.canonical_key, s.id, s.canonical_key
          FROM unnest($1::bigint[], $2::uuid[]) AS k (business_id, event_id)
          JOIN lead_merge m USING (business_id, event_id)
          JOIN whatsapp_conversation a ON a.business_id = m.business_id AND a.person_id = m.absorbed_lead_id
          JOIN whatsapp_conversation s ON s.business_id = m.business_id AND s.person_id = m.survivor_lead_id
         ORDER BY m.absorbed_lead_id
        """;

    private const string RekeysOfEvents = """
        SELECT x.business_id, x.event_id, x.at, x.alias, c.id, c.canonical_key, c.person_id
          FROM unnest($1::bigint[], $2::uuid[]) AS k (business_id, event_id)
          JOIN conversation_alias x ON x.business_id = k.business_id AND x.event_id = k.event_id
          JOIN whatsapp_conversation c ON c.id = x.conversation_id
        """;

    private readonly IdentityDirectory directory = new(options, written);

    /// <summary>Locks the businesses of the batch and loads what it touches.</summary>
    public async Task<IdentityDirectory> LoadAsync(IReadOnlyList<EventSubject> subjects, CancellationToken cancellation)
    {
        var touched = BatchTouches.Of(subjects, options.FromGroups);
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

    /// <summary>The lock by which everybody who decides about people of a business takes turns.</summary>
    public static void AddLock(NpgsqlBatch batch, long[] businesses)
    {
        batch.Add(BusinessesExist, Column(businesses));
        batch.Add(BusinessesLocked, Column(businesses));
    }

    private async Task LockAndLoadAsync(BatchTouches touched, ContactIdentity[] identities, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        AddLock(batch, touched.Businesses);
        batch.Add(Denied, Column(touched.Businesses));
        AddOwnersOf(batch, identities);
        batch.Add(MergesOfEvents, Column(touched.EventBusinesses), Column(touched.Events));
        batch.Add(RekeysOfEvents, Column(touched.EventBusinesses), Column(touched.Events));
        if (touched.Groups.Length > 0)
            batch.Add(Groups, Column(Businesses(touched.Groups)), Column(touched.Groups.Select(group => group.GroupId).ToArray()),
                Column(touched.Groups.Select(group => LinkedConversation.KeyOfGroup(group.BusinessId, group.GroupId)).ToArray()));

        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddBusiness(rows.GetInt64(0), rows.GetInt64(1));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddDenied(StatedPair.Of(rows.GetInt64(0), rows.GetString(1), rows.GetString(2)));
        await rows.NextResultAsync(cancellation);
        await ReadOwnersAsync(rows, identities, cancellation);
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddPast(MergeOf(rows));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) directory.AddPast(RekeyOf(rows));
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

    /// <summary>For identities without an owner: leads that were written into the table from outside, and pairs of people without a number.</summary>
    /// <returns>Both sides of the pairs that were found.</returns>
    private async Task<List<ContactIdentity>> LoadTiesAsync(ContactIdentity[] unknown, CancellationToken cancellation)
    {
        ContactIdentity[] phones = [.. unknown.Where(identity => identity.Channel == Channel.Phone)];

        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(PairsByFirst, Keys(unknown));
        batch.Add(PairsByOther, Keys(unknown));
        batch.Add(OwnersOfPhones, Column(Businesses(phones)), Column(Array.ConvertAll(phones, phone => phone.ExternalId)));

        var pairs = new HashSet<PairStatement>();
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) pairs.Add(PairOf(rows));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) pairs.Add(PairOf(rows));
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            var person = directory.AddPerson(PersonOf(rows));
            directory.AddOwnerOfPhone(ContactIdentity.OfPhone(person.BusinessId, rows.GetString(3)), person);
        }

        foreach (var pair in pairs) directory.AddPair(pair);
        return [.. pairs.SelectMany(pair => (ContactIdentity[])[pair.Pair.One, pair.Pair.Other])];
    }

    private static void AddOwnersOf(NpgsqlBatch batch, ContactIdentity[] identities) => batch.Add(OwnersOfIdentities, Keys(identities));

    private static NpgsqlParameter[] Keys(ContactIdentity[] identities) =>
    [
        Column(Array.ConvertAll(identities, identity => identity.BusinessId)),
        Column(Array.ConvertAll(identities, identity => identity.Channel.Text())),
        Column(Array.ConvertAll(identities, identity => identity.ExternalId)),
    ];

    private async Task ReadOwnersAsync(NpgsqlDataReader rows, ContactIdentity[] identities, CancellationToken cancellation)
    {
        while (await rows.ReadAsync(cancellation))
        {
            var person = directory.AddPerson(PersonOf(rows));
            foreach (var ordinal in rows.GetFieldValue<int[]>(AfterPerson)) directory.AddIdentity(identities[ordinal - 1], person);
        }
    }

    private static Announcement.Merge MergeOf(NpgsqlDataReader row)
    {
        var (business, absorbed, survivor) = (row.GetInt64(0), row.GetInt64(5), row.GetInt64(6));
        return new Announcement.Merge(business, new EventCause(row.GetGuid(1), row.GetDateTime(2), RawOf(row, 3)), absorbed, survivor, row.GetString(7),
            row.IsDBNull(8) || row.IsDBNull(9) ? null : StatedPair.Of(business, row.GetString(8), row.GetString(9)),
            LinkedConversation.Stored(business, row.GetString(11), absorbed, row.GetInt64(10)),
            LinkedConversation.Stored(business, row.GetString(13), survivor, row.GetInt64(12)));
    }

    private static Announcement.Rekey RekeyOf(NpgsqlDataReader row)
    {
        var business = row.GetInt64(0);
        return new Announcement.Rekey(business, new EventCause(row.GetGuid(1), row.GetDateTime(2), null),
            LinkedConversation.Stored(business, row.GetString(5), row.IsDBNull(6) ? 0 : row.GetInt64(6), row.GetInt64(4)), row.GetString(3));
    }

    private static long[] Businesses(ContactIdentity[] identities) => Array.ConvertAll(identities, identity => identity.BusinessId);

    private static long[] Businesses((long BusinessId, string GroupId)[] groups) => Array.ConvertAll(groups, group => group.BusinessId);
}
