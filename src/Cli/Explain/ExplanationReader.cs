using System.Data;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Storage;
using Pipeline.Streaming;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Cli.Explain;

/// <summary>
/// Loads everything that is stored about a reference: a handful of round trips in one snapshot. Every statement is limited to the
/// business, so nothing of another one can slip in.
/// </summary>
/// <param name="database">Where the product's tables are.</param>
/// <param name="raw">The raw topic, for naming positions.</param>
/// <param name="withText">Whether texts of messages are loaded at all.</param>
internal sealed class ExplanationReader(NpgsqlDataSource database, Topic<RawEvent> raw, bool withText)
{
    // The index of messages begins with the conversation, hence by way of the business's conversations.
    private const string MessagesById = """
        WITH found AS (
          SELECT m.id FROM whatsapp_conversation c
            JOIN whatsapp_message m ON m.conversation_id = c.id AND m.business_id = $1 AND m.message_id = ANY($2) WHERE c.business_id = $1
          UNION ALL
          SELECT id FROM whatsapp_message WHERE conversation_id IS NULL AND business_id = $1 AND message_id = ANY($2))
        SELECT m.message_id, m.sent_at, m.from_me, c.kind, m.type, CASE WHEN $3 THEN m.body END, m.status, m.edited_at, m.revoked,
               c.id, c.canonical_key, c.lead_id, m.author_key,
               m.peer_phone, m.peer_lid, m.peer_source, m.peer_field, m.author_phone, m.author_lid, m.author_source, m.author_field,
               m.event_id, m.raw_partition, m.raw_offset
          FROM found JOIN whatsapp_message m USING (id) LEFT JOIN whatsapp_conversation c ON c.id = m.conversation_id
         ORDER BY m.sent_at NULLS LAST, m.id
        """;

    private const string ConversationByKey = """
        SELECT how, id, COALESCE(merged_into, id) FROM (
          SELECT 'key' AS how, id, merged_into FROM whatsapp_conversation WHERE business_id = $1 AND canonical_key = $2
          UNION ALL
          SELECT 'old key', c.id, c.merged_into FROM conversation_alias a JOIN whatsapp_conversation c ON c.id = a.conversation_id WHERE a.business_id = $1 AND a.alias = $2
          UNION ALL
          SELECT 'number', id, merged_into FROM whatsapp_conversation WHERE business_id = $1 AND id = $3) c
         LIMIT 1
        """;

    private const string LidsOfPhones = """
        SELECT lid FROM lid_mappings WHERE business_id = $1 AND phone_e164 = ANY($2)
        UNION SELECT lid FROM lid_mapping_history WHERE business_id = $1 AND phone_e164 = ANY($2)
        UNION SELECT lid FROM lid_hint WHERE business_id = $1 AND phone_e164 = ANY($2)
        UNION SELECT lid FROM denied_pair WHERE business_id = $1 AND phone_e164 = ANY($2)
        """;

    private const string OwnAddresses = """
        SELECT session, address, last_seen, event_id, raw_partition, raw_offset FROM own_address WHERE business_id = $1 ORDER BY session, address
        """;

    // Those who are part of another are told with that one.
    private const string LiveLeads = """
        SELECT DISTINCT COALESCE(l.merged_into, l.lead_id)
          FROM (SELECT lead_id FROM contact_identities WHERE business_id = $1 AND channel = 'whatsapp' AND external_id = ANY($2)
                UNION SELECT lead_id FROM contact_identities WHERE business_id = $1 AND channel = 'phone' AND external_id = ANY($3)
                UNION SELECT lead_id FROM person WHERE business_id = $1 AND phone_e164 = ANY($3) AND merged_into IS NULL
                UNION SELECT unnest($4::bigint[])
                UNION SELECT person_id FROM whatsapp_conversation WHERE business_id = $1 AND id = ANY($5) AND person_id IS NOT NULL) touched
          JOIN person l ON l.business_id = $1 AND l.lead_id = touched.lead_id
         ORDER BY 1
        """;

    private const string Leads = """
        SELECT lead_id, phone_e164, phone_rank, phone_at, name, push_name, push_name_at, owner FROM person WHERE business_id = $1 AND lead_id = ANY($2) ORDER BY lead_id
        """;

    private const string Identities = """
        SELECT lead_id, channel, external_id FROM contact_identities WHERE business_id = $1 AND lead_id = ANY($2) ORDER BY lead_id, channel, external_id COLLATE "C"
        """;

    private const string AbsorbedLeads = """
        SELECT l.merged_into, l.lead_id, m.survivor_lead_id, m.evidence, m.at, m.event_id, m.raw_partition, m.raw_offset
          FROM person l LEFT JOIN lead_merge m ON m.business_id = l.business_id AND m.absorbed_lead_id = l.lead_id
         WHERE l.business_id = $1 AND l.merged_into = ANY($2) ORDER BY l.merged_into, m.at, l.lead_id
        """;

    // The key of a lead's conversation is put together as in the ThreadLinker.
    private const string Conversations = """
        SELECT c.id, c.canonical_key, c.kind, c.lead_id, c.group_id, c.message_count, c.unread_count, c.last_message_at, c.is_open,
               ARRAY(SELECT a.alias FROM conversation_alias a WHERE a.business_id = $1 AND a.conversation_id = c.id ORDER BY a.alias COLLATE "C"),
               ARRAY(SELECT m.id FROM whatsapp_conversation m WHERE m.business_id = $1 AND m.merged_into = c.id ORDER BY m.id)
          FROM whatsapp_conversation c
         WHERE c.business_id = $1 AND c.merged_into IS NULL
           AND (c.id = ANY($2) OR c.person_id = ANY($3))
         ORDER BY c.id
        """;

    // Somebody whom an operator has kept apart from this person is of interest to whoever asks about it.
    private const string LidsDeniedToThem = """
        SELECT d.lid FROM contact_identities i
          JOIN denied_pair d ON d.business_id = i.business_id AND d.phone_e164 = i.external_id
         WHERE i.business_id = $1 AND i.lead_id = ANY($2) AND i.channel = 'phone' ORDER BY d.lid COLLATE "C"
        """;

    private const string BestPhones = """
        SELECT lid, phone_e164, grade, source, first_seen, last_seen, event_id, raw_partition, raw_offset FROM lid_mappings WHERE business_id = $1 AND lid = ANY($2)
        """;

    private const string OtherPhones = """
        SELECT lid, phone_e164, grade, source, first_seen, last_seen, event_id, raw_partition, raw_offset
          FROM lid_mapping_history WHERE business_id = $1 AND lid = ANY($2) ORDER BY lid, last_seen DESC, phone_e164
        """;

    private const string OtherLids = """
        SELECT m.lid, o.lid FROM lid_mappings m
          JOIN lid_mappings o ON o.business_id = m.business_id AND o.phone_e164 = m.phone_e164 AND o.lid <> m.lid
         WHERE m.business_id = $1 AND m.lid = ANY($2) ORDER BY m.lid, o.lid COLLATE "C"
        """;

    private const string Parked = """
        SELECT lid, source, session, parked_at, attempts, asked_at, next_check_at, event_id, raw_partition, raw_offset FROM lid_parked WHERE business_id = $1 AND lid = ANY($2)
        """;

    private const string Hints = """
        SELECT lid, phone_e164, first_seen, last_seen, event_id, raw_partition, raw_offset FROM lid_hint WHERE business_id = $1 AND lid = ANY($2) ORDER BY lid, phone_e164
        """;

    private const string Rulings = """
        SELECT lid, phone_e164, denied, at, event_id, raw_partition, raw_offset FROM denied_pair WHERE business_id = $1 AND lid = ANY($2) ORDER BY lid, phone_e164
        """;

    private const string WaitingPairs = """
        SELECT split_part(s.other_id, '@', 1), s.external_id, COALESCE(s.phone_rank, 0)::integer, s.seen_at
          FROM stated_pair s
         WHERE s.business_id = $1 AND s.channel = 'phone' AND s.other_channel = 'whatsapp' AND s.other_id LIKE '%@lid'
           AND (s.other_id IN (SELECT unnest($2::text[]) || '@lid') OR s.external_id = ANY($3))
           AND NOT EXISTS (SELECT FROM contact_identities i WHERE i.business_id = s.business_id AND (i.channel, i.external_id) IN ((s.channel, s.external_id), (s.other_channel, s.other_id)))
           AND NOT EXISTS (SELECT FROM denied_pair d WHERE d.business_id = s.business_id AND d.denied AND d.phone_e164 = s.external_id AND d.lid || '@lid' = s.other_id)
         ORDER BY 1, 2
        """;

    /// <summary>Loads.</summary>
    /// <param name="business">The business.</param>
    /// <param name="asked">What is to be explained.</param>
    /// <param name="search">What was found on the raw topic; null when it was not looked at.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Explanation> LoadAsync(long business, Reference asked, RawSearch? search, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var trail = Trail.Of(asked, search);

        var (messages, named, note, own) = await StartAsync(connection, business, asked, trail, cancellation);
        var leadIds = await LeadIdsAsync(connection, business, trail, messages, named, cancellation);
        long[] conversationIds = [.. messages.Select(message => message.ConversationId).OfType<long>().Concat(named is { } id ? [id] : []).Distinct()];
        var (people, conversations, deniedLids) = await PeopleAsync(connection, business, leadIds, conversationIds, cancellation);

        foreach (var (_, address) in people.SelectMany(person => person.Identities).Where(identity => identity.Channel == "whatsapp"))
            if (WaId.Parse(address) is { Kind: WaIdKind.Lid, Lid: { } lid }) trail.Add(lid.Digits);
        foreach (var lid in deniedLids) trail.Add(lid);
        var ownLids = own.Select(address => WaId.Parse(address.Address)?.Lid?.Digits).OfType<string>().ToHashSet();
        var (lids, pairs) = await LidsAsync(connection, business, trail, ownLids, cancellation);

        return new Explanation
        {
            BusinessId = business,
            Asked = asked,
            Note = note,
            OwnAddresses = [.. own.Where(address => IsAsked(address, asked))],
            Messages = messages,
            Raw = search,
            Lids = lids,
            WaitingPairs = pairs,
            People = people,
            Conversations = conversations,
        };
    }

    /// <summary>The messages and conversation that were named, the LIDs of the phones, and whom the business itself is.</summary>
    private async Task<(List<StoredMessage> Messages, long? Conversation, string? Note, List<OwnAddress> Own)> StartAsync(
        NpgsqlConnection connection, long business, Reference asked, Trail trail, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(MessagesById, Value(business), Column(trail.MessageIds), Value(withText));
        var key = asked is Reference.Conversation conversation ? conversation.Key : "";
        batch.Add(ConversationByKey, Value(business), Value(key), Value(long.TryParse(key, out var number) ? number : 0L));
        batch.Add(LidsOfPhones, Value(business), Column(trail.Phones));
        batch.Add(OwnAddresses, Value(business));

        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var messages = new List<StoredMessage>();
        while (await rows.ReadAsync(cancellation)) messages.Add(ExplanationRows.Message(rows, raw.Name));
        foreach (var party in messages.SelectMany(message => (PartyFacts?[])[message.Peer, message.Author]).OfType<PartyFacts>()) trail.Add(party);

        await rows.NextResultAsync(cancellation);
        (long? named, string? note) = (null, null);
        if (await rows.ReadAsync(cancellation))
        {
            named = rows.GetInt64(2);
            if (named != rows.GetInt64(1) || rows.GetString(0) == "old key") note = $"That conversation ended: it is part of conversation {named} now.";
        }
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) trail.Add(rows.GetString(0));
        await rows.NextResultAsync(cancellation);
        var own = new List<OwnAddress>();
        while (await rows.ReadAsync(cancellation))
            own.Add(new OwnAddress(rows.GetString(0), rows.GetString(1), rows.GetDateTime(2), ExplanationRows.Origin(rows, 3, raw.Name)));
        return (messages, named, note, own);
    }

    private static async Task<long[]> LeadIdsAsync(
        NpgsqlConnection connection, long business, Trail trail, List<StoredMessage> messages, long? conversation, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(LiveLeads, Value(business), Column(Array.ConvertAll(trail.LidsToFindPeopleBy, lid => lid + "@lid")), Column(trail.Phones),
            Column(messages.Select(message => message.LeadId).OfType<long>().Distinct().ToArray()), Column(conversation is { } id ? [id] : Array.Empty<long>()));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var leads = new List<long>();
        while (await rows.ReadAsync(cancellation)) leads.Add(rows.GetInt64(0));
        return [.. leads];
    }

    private async Task<(List<Person> People, List<ConversationFacts> Conversations, List<string> DeniedLids)> PeopleAsync(
        NpgsqlConnection connection, long business, long[] leadIds, long[] conversationIds, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Leads, Value(business), Column(leadIds));
        batch.Add(Identities, Value(business), Column(leadIds));
        batch.Add(AbsorbedLeads, Value(business), Column(leadIds));
        batch.Add(Conversations, Value(business), Column(conversationIds), Column(leadIds));
        batch.Add(LidsDeniedToThem, Value(business), Column(leadIds));

        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var people = new List<Person>();
        while (await rows.ReadAsync(cancellation)) people.Add(ExplanationRows.Person(rows));
        await rows.NextResultAsync(cancellation);
        var identities = new List<(long Lead, (string, string) Identity)>();
        while (await rows.ReadAsync(cancellation)) identities.Add((rows.GetInt64(0), (rows.GetString(1), rows.GetString(2))));
        await rows.NextResultAsync(cancellation);
        var absorbed = new List<(long Lead, AbsorbedLead Absorbed)>();
        while (await rows.ReadAsync(cancellation)) absorbed.Add((rows.GetInt64(0), ExplanationRows.Absorbed(rows, raw.Name)));
        await rows.NextResultAsync(cancellation);
        var conversations = new List<ConversationFacts>();
        while (await rows.ReadAsync(cancellation)) conversations.Add(ExplanationRows.Conversation(rows));
        await rows.NextResultAsync(cancellation);
        var deniedLids = new List<string>();
        while (await rows.ReadAsync(cancellation)) deniedLids.Add(rows.GetString(0));

        var (identitiesOf, absorbedBy) = (identities.ToLookup(one => one.Lead, one => one.Identity), absorbed.ToLookup(one => one.Lead, one => one.Absorbed));
        return ([.. people.Select(person => person with { Identities = [.. identitiesOf[person.LeadId]], Absorbed = [.. absorbedBy[person.LeadId]] })], conversations, deniedLids);
    }

    private async Task<(List<LidFacts> Lids, List<WaitingPair> Pairs)> LidsAsync(
        NpgsqlConnection connection, long business, Trail trail, HashSet<string> ownLids, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in (string[])[BestPhones, OtherPhones, OtherLids, Parked, Hints, Rulings]) batch.Add(sql, Value(business), Column(trail.Lids));
        batch.Add(WaitingPairs, Value(business), Column(trail.Lids), Column(trail.Phones));

        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var best = await ByLidAsync(row => ExplanationRows.Stated(row, raw.Name));
        var others = await ByLidAsync(row => ExplanationRows.Stated(row, raw.Name));
        var otherLids = await ByLidAsync(row => row.GetString(1));
        var parked = await ByLidAsync(row => ExplanationRows.Parked(row, raw.Name));
        var hints = await ByLidAsync(row => ExplanationRows.Hint(row, raw.Name));
        var rulings = await ByLidAsync(row => ExplanationRows.Ruling(row, 1, raw.Name));
        var pairs = new List<WaitingPair>();
        while (await rows.ReadAsync(cancellation)) pairs.Add(ExplanationRows.Waiting(rows));

        return ([.. trail.Lids.Select(lid => new LidFacts
        {
            Lid = lid,
            IsOwn = ownLids.Contains(lid),
            Best = best[lid].FirstOrDefault(),
            Others = [.. others[lid]],
            OtherLids = [.. otherLids[lid]],
            Parked = parked[lid].FirstOrDefault(),
            Hints = [.. hints[lid]],
            Rulings = [.. rulings[lid]],
        })], pairs);

        async Task<ILookup<string, T>> ByLidAsync<T>(Func<NpgsqlDataReader, T> read)
        {
            var found = new List<(string Lid, T Value)>();
            while (await rows.ReadAsync(cancellation)) found.Add((rows.GetString(0), read(rows)));
            await rows.NextResultAsync(cancellation);
            return found.ToLookup(one => one.Lid, one => one.Value);
        }
    }

    // The address may spell the phone in another way.
    private static bool IsAsked(OwnAddress own, Reference asked) => WaId.Parse(own.Address) is { } address && asked switch
    {
        Reference.OfLid lid => address.Lid == lid.Lid,
        Reference.OfPhone phone => address.Phone == phone.Phone,
        _ => false,
    };

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}
