using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.ThreadLinker;

/// <summary>
/// Writes what a batch decided, in one round trip. Nothing here can meet a row of another writer: the businesses are locked since
/// <see cref="DirectoryReader"/>.
/// </summary>
/// <remarks>
/// The order matters in two places. New people come before what refers to them. Absorbed people are closed before survivors take over
/// their phones, because a phone belongs to one live person at any moment (<c>leads_one_live_per_phone</c>).
/// </remarks>
public static class DirectoryWriter
{
    private const string PeopleExist = """
        INSERT INTO person (business_id, lead_id, owner, phone_e164, phone_rank, phone_at, push_name, push_name_at, name, name_at, merged_into)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[], $7::text[], $8::timestamptz[],
                             $9::text[], $10::timestamptz[], $11::bigint[])
        """;

    private const string NumberingGoesOn = """
        UPDATE business b SET next_lead_id = n.next_lead_id
          FROM unnest($1::bigint[], $2::bigint[]) AS n (business_id, next_lead_id)
         WHERE b.business_id = n.business_id
        """;

    private const string AbsorbedPeopleAreClosed = """
        UPDATE person p SET merged_into = m.survivor
          FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS m (business_id, absorbed, survivor)
         WHERE p.business_id = m.business_id AND p.lead_id = m.absorbed
        """;

    private const string EarlierAbsorbedPeoplePointToTheEnd = """
        UPDATE person p SET merged_into = m.survivor
          FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS m (business_id, absorbed, survivor)
         WHERE p.business_id = m.business_id AND p.merged_into = m.absorbed
        """;

    private const string IdentitiesFollow = """
        UPDATE contact_identities i SET lead_id = m.survivor
          FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS m (business_id, absorbed, survivor)
         WHERE i.business_id = m.business_id AND i.lead_id = m.absorbed
        """;

    private const string PeopleLearn = """
        UPDATE person p SET owner = n.owner, phone_e164 = n.phone, phone_rank = n.rank, phone_at = n.phone_at,
                            push_name = n.push_name, push_name_at = n.push_name_at, name = n.name, name_at = n.name_at
          FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[], $7::text[], $8::timestamptz[],
                      $9::text[], $10::timestamptz[])
               AS n (business_id, lead_id, owner, phone, rank, phone_at, push_name, push_name_at, name, name_at)
         WHERE p.business_id = n.business_id AND p.lead_id = n.lead_id
        """;

    private const string IdentitiesExist = """
        INSERT INTO contact_identities (business_id, channel, external_id, lead_id, first_lead_id)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
        """;

    // What a pair said of the phone before its people had a number may get better; after that it is the person's.
    private const string PairsAreOnRecord = """
        INSERT INTO stated_pair AS p (business_id, channel, external_id, other_channel, other_id, phone_rank, seen_at)
        SELECT business_id, channel, external_id, other_channel, other_id, phone_rank, seen_at
          FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::timestamptz[], $8::boolean[])
               AS n (business_id, channel, external_id, other_channel, other_id, phone_rank, seen_at, is_claimed)
         WHERE NOT is_claimed
            OR NOT EXISTS (SELECT FROM stated_pair k WHERE k.business_id = n.business_id AND k.channel = n.channel AND k.external_id = n.external_id
                                                       AND k.other_channel = n.other_channel AND k.other_id = n.other_id)
            ON CONFLICT (business_id, channel, external_id, other_channel, other_id)
            DO UPDATE SET phone_rank = EXCLUDED.phone_rank, seen_at = EXCLUDED.seen_at
             WHERE (EXCLUDED.phone_rank, EXCLUDED.seen_at) > (p.phone_rank, p.seen_at)
        """;

    private const string NamesAreKnown = """
        INSERT INTO known_name AS k (business_id, channel, external_id, kind, name, at)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
            ON CONFLICT (business_id, channel, external_id, kind) DO UPDATE SET name = EXCLUDED.name, at = EXCLUDED.at
             WHERE (EXCLUDED.at, EXCLUDED.name COLLATE "C") > (k.at, k.name COLLATE "C")
        """;

    private const string ConversationsExist = """
        INSERT INTO whatsapp_conversation (business_id, canonical_key, kind, person_id, lead_id, group_id)
        SELECT business_id, canonical_key, CASE WHEN group_id IS NULL THEN 'direct' ELSE 'group' END, person_id, lead_id, group_id
          FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[]) AS n (business_id, canonical_key, person_id, lead_id, group_id)
        RETURNING business_id, canonical_key, id
        """;

    private const string ConversationsGetBetterKeys = """
        UPDATE whatsapp_conversation c SET canonical_key = n.canonical_key, lead_id = n.lead_id
          FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) AS n (business_id, person_id, canonical_key, lead_id)
         WHERE c.business_id = n.business_id AND c.person_id = n.person_id
        """;

    private const string FormerKeysGoOnAnswering = """
        INSERT INTO conversation_alias (business_id, alias, conversation_id, event_id, at)
        SELECT n.business_id, n.alias, c.id, n.event_id, n.at
          FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::uuid[], $5::timestamptz[]) AS n (business_id, person_id, alias, event_id, at)
          JOIN whatsapp_conversation c ON c.business_id = n.business_id AND c.person_id = n.person_id
            ON CONFLICT (business_id, alias) DO UPDATE SET conversation_id = EXCLUDED.conversation_id, event_id = EXCLUDED.event_id, at = EXCLUDED.at
        """;

    private const string Conversations = """
          FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS m (business_id, absorbed, survivor)
          JOIN whatsapp_conversation a ON a.business_id = m.business_id AND a.person_id = m.absorbed
          JOIN whatsapp_conversation s ON s.business_id = m.business_id AND s.person_id = m.survivor
        """;

    private const string AbsorbedConversationsAreClosed = $"UPDATE whatsapp_conversation c SET merged_into = s.id {Conversations} WHERE c.id = a.id";

    private const string EarlierAbsorbedConversationsPointToTheEnd = $"UPDATE whatsapp_conversation c SET merged_into = s.id {Conversations} WHERE c.merged_into = a.id";

    private const string EarlierAliasesPointToTheEnd = $"UPDATE conversation_alias c SET conversation_id = s.id {Conversations} WHERE c.conversation_id = a.id";

    private const string SupersededKeysGoOnAnswering = $"""
        INSERT INTO conversation_alias (business_id, alias, conversation_id)
        SELECT m.business_id, a.canonical_key, s.id {Conversations}
            ON CONFLICT (business_id, alias) DO UPDATE SET conversation_id = EXCLUDED.conversation_id
        """;

    private const string MergesAreOnRecord = """
        INSERT INTO lead_merge (business_id, event_id, absorbed_lead_id, survivor_lead_id, evidence, at, raw_partition, raw_offset, lid, phone_e164)
        SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[], $7::integer[], $8::bigint[], $9::text[], $10::text[])
        """;

    /// <summary>Writes the changes and gives new conversations their ids.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DirectoryChanges changes, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        AddPeople(batch, changes);
        AddConversations(batch, changes);
        AddMerges(batch, changes);
        AddLearned(batch, [.. changes.Learned]);
        AddIdentities(batch, changes.NewIdentities);
        AddPairs(batch, changes);
        AddNames(batch, changes);

        var created = changes.NewConversations.ToDictionary(conversation => (conversation.BusinessId, conversation.Key));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        do
        {
            while (await rows.ReadAsync(cancellation)) created[(rows.GetInt64(0), rows.GetString(1))].Id = rows.GetInt64(2);
        }
        while (await rows.NextResultAsync(cancellation));
    }

    private static void AddPeople(NpgsqlBatch batch, DirectoryChanges changes)
    {
        if (changes.NewPeople.Count == 0) return;
        Person[] people = [.. changes.NewPeople];
        batch.Add(PeopleExist,
            [.. Identifying(people), .. Knowing(people), Column(Array.ConvertAll(people, person => person.IsMerged ? person.Survivor.Id : (long?)null))]);
        batch.Add(NumberingGoesOn, Column(changes.NextIds.Keys.ToArray()), Column(changes.NextIds.Values.ToArray()));
    }

    private static void AddConversations(NpgsqlBatch batch, DirectoryChanges changes)
    {
        // A key that was taken and given up in one batch still answers, so the better keys come first.
        Announcement.Rekey[] rekeys = [.. changes.Rekeys];
        LinkedConversation[] stored = [.. rekeys.Select(rekey => rekey.Conversation).Where(conversation => conversation.Id != 0).Distinct()];
        if (stored.Length > 0)
            batch.Add(ConversationsGetBetterKeys,
                Column(Array.ConvertAll(stored, conversation => conversation.BusinessId)),
                Column(Array.ConvertAll(stored, conversation => conversation.PersonId)),
                Column(Array.ConvertAll(stored, conversation => conversation.Key)),
                Column(Array.ConvertAll(stored, LeadOf)));

        LinkedConversation[] created = [.. changes.NewConversations];
        if (created.Length > 0)
            batch.Add(ConversationsExist,
                Column(Array.ConvertAll(created, conversation => conversation.BusinessId)),
                Column(Array.ConvertAll(created, conversation => conversation.Key)),
                Column(Array.ConvertAll(created, conversation => conversation.GroupId is null ? conversation.PersonId : (long?)null)),
                Column(Array.ConvertAll(created, LeadOf)),
                Column(Array.ConvertAll(created, conversation => conversation.GroupId)));

        if (rekeys.Length > 0)
            batch.Add(FormerKeysGoOnAnswering,
                Column(Array.ConvertAll(rekeys, rekey => rekey.BusinessId)),
                Column(Array.ConvertAll(rekeys, rekey => rekey.Conversation.PersonId)),
                Column(Array.ConvertAll(rekeys, rekey => rekey.OldKey)),
                Column(Array.ConvertAll(rekeys, rekey => rekey.Cause.EventId)),
                Column(Array.ConvertAll(rekeys, rekey => rekey.Cause.At)));
    }

    private static void AddMerges(NpgsqlBatch batch, DirectoryChanges changes)
    {
        if (changes.Merges.Count == 0) return;

        // Somebody may be absorbed by one that is absorbed in turn: everything points to the last of them.
        Person[] absorbed = [.. changes.Absorbed];
        foreach (var sql in (string[])[AbsorbedPeopleAreClosed, EarlierAbsorbedPeoplePointToTheEnd, IdentitiesFollow])
            batch.Add(sql, ToSurvivors(absorbed));

        Person[] moved = [.. changes.Absorbed.Where(person => person.Conversation is not null)];
        if (moved.Length > 0)
        {
            foreach (var sql in (string[])[AbsorbedConversationsAreClosed, EarlierAbsorbedConversationsPointToTheEnd, EarlierAliasesPointToTheEnd, SupersededKeysGoOnAnswering])
                batch.Add(sql, ToSurvivors(moved));
        }

        Announcement.Merge[] merges = [.. changes.Merges];
        batch.Add(MergesAreOnRecord,
            Column(Array.ConvertAll(merges, merge => merge.BusinessId)),
            Column(Array.ConvertAll(merges, merge => merge.Cause.EventId)),
            Column(Array.ConvertAll(merges, merge => merge.AbsorbedId)),
            Column(Array.ConvertAll(merges, merge => merge.SurvivorId)),
            Column(Array.ConvertAll(merges, merge => merge.Evidence)),
            Column(Array.ConvertAll(merges, merge => merge.Cause.At)),
            Column(Array.ConvertAll(merges, merge => merge.Cause.Raw?.Partition)),
            Column(Array.ConvertAll(merges, merge => merge.Cause.Raw?.Offset)),
            Column(Array.ConvertAll(merges, merge => merge.Pair?.Other.Lid)),
            Column(Array.ConvertAll(merges, merge => merge.Pair?.One.ExternalId)));
    }

    private static void AddLearned(NpgsqlBatch batch, Person[] people)
    {
        if (people.Length > 0) batch.Add(PeopleLearn, [.. Identifying(people), .. Knowing(people)]);
    }

    private static void AddIdentities(NpgsqlBatch batch, List<(ContactIdentity Identity, Person Owner)> claimed)
    {
        if (claimed.Count == 0) return;
        (ContactIdentity Identity, Person Owner)[] identities = [.. claimed];
        batch.Add(IdentitiesExist,
            Column(Array.ConvertAll(identities, one => one.Identity.BusinessId)),
            Column(Array.ConvertAll(identities, one => one.Identity.Channel.Text())),
            Column(Array.ConvertAll(identities, one => one.Identity.ExternalId)),
            Column(Array.ConvertAll(identities, one => one.Owner.Survivor.Id)),
            Column(Array.ConvertAll(identities, one => one.Owner.Id)));
    }

    private static void AddPairs(NpgsqlBatch batch, DirectoryChanges changes)
    {
        if (changes.Pairs.Count == 0) return;
        // In order, so that two processes that write the same pairs never wait for each other in a circle.
        PairStatement[] pairs = [.. changes.Pairs.Select(pair => new PairStatement(pair.Key, pair.Value)).OrderBy(pair => pair.Pair.One, ContactIdentity.InOrder).ThenBy(pair => pair.Pair.Other, ContactIdentity.InOrder)];
        batch.Add(PairsAreOnRecord,
            Column(Array.ConvertAll(pairs, pair => pair.Pair.One.BusinessId)),
            Column(Array.ConvertAll(pairs, pair => pair.Pair.One.Channel.Text())),
            Column(Array.ConvertAll(pairs, pair => pair.Pair.One.ExternalId)),
            Column(Array.ConvertAll(pairs, pair => pair.Pair.Other.Channel.Text())),
            Column(Array.ConvertAll(pairs, pair => pair.Pair.Other.ExternalId)),
            Column(Array.ConvertAll(pairs, pair => (short?)pair.Phone?.Rank)),
            Column(Array.ConvertAll(pairs, pair => pair.Phone?.At)),
            Column(Array.ConvertAll(pairs, pair => changes.ClaimedPairs.Contains(pair.Pair))));
    }

    private static void AddNames(NpgsqlBatch batch, DirectoryChanges changes)
    {
        if (changes.Names.Count == 0) return;
        ((ContactIdentity Identity, string Kind) Of, DatedName Name)[] names =
            [.. changes.Names.Select(name => (name.Key, name.Value)).OrderBy(name => name.Key.Identity, ContactIdentity.InOrder).ThenBy(name => name.Key.Kind, StringComparer.Ordinal)];
        batch.Add(NamesAreKnown,
            Column(Array.ConvertAll(names, name => name.Of.Identity.BusinessId)),
            Column(Array.ConvertAll(names, name => name.Of.Identity.Channel.Text())),
            Column(Array.ConvertAll(names, name => name.Of.Identity.ExternalId)),
            Column(Array.ConvertAll(names, name => name.Of.Kind)),
            Column(Array.ConvertAll(names, name => name.Name.Name)),
            Column(Array.ConvertAll(names, name => name.Name.At)));
    }

    private static long? LeadOf(LinkedConversation conversation) => conversation.LeadId == 0 ? null : conversation.LeadId;

    private static NpgsqlParameter[] ToSurvivors(Person[] absorbed) =>
        [.. Identifying(absorbed), Column(Array.ConvertAll(absorbed, person => person.Survivor.Id))];

    private static NpgsqlParameter[] Identifying(Person[] people) =>
        [Column(Array.ConvertAll(people, person => person.BusinessId)), Column(Array.ConvertAll(people, person => person.Id))];

    private static NpgsqlParameter[] Knowing(Person[] people) =>
    [
        Column(Array.ConvertAll(people, person => person.Owner.Text())),
        Column(Array.ConvertAll(people, person => person.Phone?.Phone)),
        Column(Array.ConvertAll(people, person => (short?)person.Phone?.Rank)),
        Column(Array.ConvertAll(people, person => person.Phone?.At)),
        Column(Array.ConvertAll(people, person => person.PushName?.Name)),
        Column(Array.ConvertAll(people, person => person.PushName?.At)),
        Column(Array.ConvertAll(people, person => person.Name?.Name)),
        Column(Array.ConvertAll(people, person => person.Name?.At)),
    ];
}
