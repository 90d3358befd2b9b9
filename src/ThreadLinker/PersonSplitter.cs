using Npgsql;
using static Pipeline.ThreadLinker.DirectoryRows;

namespace Pipeline.ThreadLinker;

/// <summary>
/// Takes people apart whom a denied pair has joined: runs the evidence again without it and, where the addresses no longer hold together,
/// gives each part its own person and conversation back. One transaction for each denial. Doing it again changes nothing and tells the same.
/// </summary>
public sealed class PersonSplitter(NpgsqlDataSource database, LeadOptions options)
{
    private const string PastSplits = """
        SELECT s.from_lead_id, s.into_lead_id, s.lid, s.phone_e164, s.addresses, s.at, s.raw_partition, s.raw_offset, f.id, f.canonical_key, i.id, i.canonical_key
          FROM person_split s
          LEFT JOIN whatsapp_conversation f ON f.business_id = s.business_id AND f.person_id = s.from_lead_id
          LEFT JOIN whatsapp_conversation i ON i.business_id = s.business_id AND i.person_id = s.into_lead_id
         WHERE s.business_id = $1 AND s.event_id = $2
         ORDER BY s.into_lead_id
        """;

    private const string Denied = "SELECT lid, phone_e164 FROM denied_pair WHERE business_id = $1 AND denied";

    private const string Statement = $"""
        SELECT {PairColumns} FROM stated_pair p
         WHERE business_id = $1 AND channel = 'phone' AND external_id = $2 AND other_channel = 'whatsapp' AND other_id = $3
        """;

    private const string Owners = """
        SELECT lead_id FROM contact_identities
         WHERE business_id = $1 AND ((channel = 'phone' AND external_id = $2) OR (channel = 'whatsapp' AND external_id = $3))
        """;

    private const string People = $"""
        SELECT {PersonColumns}
          FROM person p
          LEFT JOIN whatsapp_conversation c ON c.business_id = p.business_id AND c.person_id = p.lead_id
         WHERE p.business_id = $1 AND (p.lead_id = $2 OR p.merged_into = $2)
        """;

    private const string Identities = "SELECT channel, external_id, first_lead_id FROM contact_identities WHERE business_id = $1 AND lead_id = $2";

    private const string Pairs = $"""
        SELECT {PairColumns}
          FROM contact_identities i
          JOIN stated_pair p ON p.business_id = i.business_id AND p.channel = i.channel AND p.external_id = i.external_id
         WHERE i.business_id = $1 AND i.lead_id = $2
        """;

    // The names that came with the messages of these addresses. The Sink may be behind; then the next message brings the name.
    private const string PushNames = """
        SELECT m.push_name, m.sent_at
          FROM whatsapp_message m
         WHERE m.conversation_id = $1 AND NOT m.from_me AND m.push_name IS NOT NULL AND m.sent_at IS NOT NULL AND m.peer_address = ANY($2)
         ORDER BY m.sent_at DESC, m.push_name COLLATE "C" DESC
         LIMIT 1
        """;

    /// <summary>Splits, if the denial takes somebody apart.</summary>
    /// <returns>What to announce; or, where the denial has been taken back, the statement that holds again.</returns>
    public async Task<(IReadOnlyList<Announcement> Splits, EventSubject.Mapping? Again)> SplitAsync(EventSubject.Denial denial, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var locking = new NpgsqlBatch(connection, transaction))
        {
            DirectoryReader.AddLock(locking, [denial.BusinessId]);
            await locking.ExecuteNonQueryAsync(cancellation);
        }

        var work = new Work(connection, transaction, denial, cancellation);
        if (await PastAsync(work) is { Count: > 0 } past) return (past, null);

        var denied = (await work.ReadAsync(Denied, row => StatedPair.Of(denial.BusinessId, row.GetString(0), row.GetString(1)), denial.BusinessId)).ToHashSet();
        var pair = StatedPair.Of(denial.BusinessId, denial.Lid, denial.Phone);
        if (!denied.Contains(pair)) return ([], await StatedAsync(work, pair));
        if (await TogetherAsync(work, pair) is not { } owner) return ([], null);
        var stored = await LoadAsync(work, owner);
        if (SplitPlan.Of(stored, denied) is not { } plan) return ([], null);

        var splits = await new SplitWriter(work.Connection, work.Transaction, denial, stored.Person, options).WriteAsync(plan, NameAsync, cancellation);
        await transaction.CommitAsync(cancellation);
        return (splits, null);

        async Task<DatedName?> NameAsync(IReadOnlyList<ContactIdentity> part)
        {
            if (stored.Person.Conversation is not { } conversation) return null;
            string[] addresses = [.. part.Where(identity => identity.Channel == Channel.WhatsApp).Select(identity => identity.ExternalId)];
            var found = await work.ReadAsync(PushNames, row => new DatedName(row.GetString(0), row.GetDateTime(1)), conversation.Id, addresses);
            return found.Count > 0 ? found[0] : null;
        }
    }

    private static Task<List<Announcement>> PastAsync(Work work) => work.ReadAsync<Announcement>(PastSplits, row =>
    {
        return new Announcement.Split(
            work.Denial.BusinessId, work.Denial.Cause with { At = row.GetDateTime(5), Raw = RawOf(row, 6) },
            row.IsDBNull(8) ? null : LinkedConversation.Stored(work.Denial.BusinessId, row.GetString(9), row.GetInt64(0), row.GetInt64(8)),
            row.IsDBNull(10) ? null : LinkedConversation.Stored(work.Denial.BusinessId, row.GetString(11), row.GetInt64(1), row.GetInt64(10)),
            row.GetFieldValue<string[]>(4), row.GetString(2), row.GetString(3));
    }, work.Denial.BusinessId, work.Denial.Cause.EventId);

    private static async Task<EventSubject.Mapping?> StatedAsync(Work work, StatedPair pair)
    {
        var stated = await work.ReadAsync(Statement, PairOf, pair.One.BusinessId, pair.One.ExternalId, pair.Other.ExternalId);
        if (stated.Count == 0) return null;
        var phone = stated[0].Phone ?? new PhoneEvidence(pair.One.ExternalId, PhoneRank.LookUp, DateTime.MinValue);
        return new EventSubject.Mapping(work.Denial.Cause, work.Denial.BusinessId, work.Denial.Lid, phone);
    }

    /// <summary>The number of the person who has both; null when they are two, or unknown.</summary>
    private static async Task<long?> TogetherAsync(Work work, StatedPair pair)
    {
        var owners = await work.ReadAsync(Owners, row => row.GetInt64(0), pair.One.BusinessId, pair.One.ExternalId, pair.Other.ExternalId);
        return owners is [var one, var other] && one == other ? one : null;
    }

    private static async Task<StoredPerson> LoadAsync(Work work, long owner)
    {
        var business = work.Denial.BusinessId;
        var people = (await work.ReadAsync(People, PersonOf, business, owner)).ToDictionary(person => person.Id);
        var identities = await work.ReadAsync(Identities, row => (new ContactIdentity(business, ChannelText.Of(row.GetString(0)), row.GetString(1)), row.GetInt64(2)), business, owner);
        var pairs = await work.ReadAsync(Pairs, PairOf, business, owner);
        var person = people[owner];
        people.Remove(owner);
        return new StoredPerson(person, identities.ToDictionary(one => one.Item1, one => one.Item2), pairs, people);
    }

    /// <summary>One transaction, and what it is for.</summary>
    private sealed record Work(NpgsqlConnection Connection, NpgsqlTransaction Transaction, EventSubject.Denial Denial, CancellationToken Cancellation)
    {
        public async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params object[] values)
        {
            await using var command = new NpgsqlCommand(sql, Connection, Transaction);
            foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
            await using var rows = await command.ExecuteReaderAsync(Cancellation);
            var found = new List<T>();
            while (await rows.ReadAsync(Cancellation)) found.Add(read(rows));
            return found;
        }
    }
}
