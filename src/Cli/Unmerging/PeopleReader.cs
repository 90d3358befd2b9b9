using System.Data;
using Npgsql;
using Pipeline.Cli.Explain;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Storage;

namespace Pipeline.Cli.Unmerging;

/// <summary>Reads what holds people together. Every statement is limited to the business.</summary>
/// <param name="database">Where the tables are.</param>
/// <param name="business">The business.</param>
/// <param name="raw">The raw topic, for naming positions.</param>
internal sealed class PeopleReader(NpgsqlDataSource database, long business, Topic<RawEvent> raw)
{
    private const string PersonOfConversation = """
        SELECT COALESCE(c.person_id, c.lead_id) FROM (
          SELECT id, merged_into FROM whatsapp_conversation WHERE business_id = $1 AND canonical_key = $2
          UNION ALL
          SELECT c.id, c.merged_into FROM conversation_alias a JOIN whatsapp_conversation c ON c.id = a.conversation_id WHERE a.business_id = $1 AND a.alias = $2
          LIMIT 1) named
          JOIN whatsapp_conversation c ON c.id = COALESCE(named.merged_into, named.id)
        """;

    private const string PersonOfNumber = "SELECT COALESCE(merged_into, lead_id) FROM person WHERE business_id = $1 AND lead_id = $2";

    private const string PersonOfAddress = """
        SELECT COALESCE(p.merged_into, p.lead_id) FROM contact_identities i JOIN person p USING (business_id, lead_id)
         WHERE i.business_id = $1 AND i.channel = $2 AND i.external_id = $3
        """;

    private const string Addresses = """
        SELECT i.channel, i.external_id FROM contact_identities i JOIN person p USING (business_id, lead_id)
         WHERE i.business_id = $1 AND COALESCE(p.merged_into, p.lead_id) = $2
        """;

    // What was stored before addresses were kept falls back on how the person was found.
    private const string Messages = """
        SELECT CASE WHEN m.peer_address IS NULL AND m.peer_lid IS NULL THEN 'phone' ELSE 'whatsapp' END,
               COALESCE(m.peer_address, m.peer_lid || '@lid', m.peer_phone), count(*)
          FROM whatsapp_conversation c JOIN whatsapp_message m ON m.conversation_id = c.id AND m.business_id = $1
         WHERE c.business_id = $1 AND c.merged_into IS NULL AND COALESCE(c.person_id, c.lead_id) = $2 AND COALESCE(m.peer_address, m.peer_lid, m.peer_phone) IS NOT NULL
         GROUP BY 1, 2
        """;

    private const string Pairs = """
        WITH mine AS (
          SELECT i.channel, i.external_id FROM contact_identities i JOIN person p USING (business_id, lead_id)
           WHERE i.business_id = $1 AND COALESCE(p.merged_into, p.lead_id) = $2),
        known AS (
          SELECT lid, phone_e164, grade, source, first_seen, last_seen, event_id, raw_partition, raw_offset FROM lid_mappings WHERE business_id = $1
          UNION ALL
          SELECT lid, phone_e164, grade, source, first_seen, last_seen, event_id, raw_partition, raw_offset FROM lid_mapping_history WHERE business_id = $1)
        SELECT s.channel, s.external_id, s.other_channel, s.other_id, k.phone_e164, k.grade, k.source, k.first_seen, k.last_seen, k.event_id, k.raw_partition, k.raw_offset
          FROM stated_pair s
          JOIN mine one ON one.channel = s.channel AND one.external_id = s.external_id
          JOIN mine other ON other.channel = s.other_channel AND other.external_id = s.other_id
          LEFT JOIN known k ON s.channel = 'phone' AND s.other_channel = 'whatsapp' AND s.external_id = k.phone_e164 AND s.other_id = k.lid || '@lid'
         WHERE s.business_id = $1
         ORDER BY 1, 2, 3, 4
        """;

    private const string Denied = """
        SELECT d.lid, d.phone_e164 FROM denied_pair d
         WHERE d.business_id = $1 AND d.denied
        """;

    private const string Merges = """
        SELECT m.absorbed_lead_id, m.evidence, CASE WHEN m.lid IS NOT NULL AND m.phone_e164 IS NOT NULL THEN 'LID ' || m.lid || ' and ' || m.phone_e164 END, m.at, m.event_id, m.raw_partition, m.raw_offset
          FROM lead_merge m JOIN person p ON p.business_id = m.business_id AND p.lead_id = m.absorbed_lead_id
         WHERE m.business_id = $1 AND p.merged_into = $2 ORDER BY m.at, m.absorbed_lead_id
        """;

    private const string Ruling = "SELECT phone_e164, denied, at, event_id, raw_partition, raw_offset FROM denied_pair WHERE business_id = $1 AND lid = $2 AND phone_e164 = $3";

    private const string Evidence = """
        SELECT phone_e164, grade, source, first_seen, last_seen, event_id, raw_partition, raw_offset FROM lid_mappings WHERE business_id = $1 AND lid = $2 AND phone_e164 = $3
        UNION ALL
        SELECT phone_e164, grade, source, first_seen, last_seen, event_id, raw_partition, raw_offset FROM lid_mapping_history WHERE business_id = $1 AND lid = $2 AND phone_e164 = $3
        """;

    private const string Split = "SELECT into_lead_id FROM person_split WHERE business_id = $1 AND event_id = ANY($2) ORDER BY 1";

    /// <summary>The number of the person a conversation is with, by its key or an old key; null when there is none.</summary>
    public Task<long?> PersonOfConversationAsync(string key, CancellationToken cancellation) => NumberAsync(PersonOfConversation, cancellation, key);

    /// <summary>The number of the person that a number stands for today; null when there is none.</summary>
    public Task<long?> PersonOfNumberAsync(long number, CancellationToken cancellation) => NumberAsync(PersonOfNumber, cancellation, number);

    /// <summary>The number of the person an address belongs to; null when nobody has it.</summary>
    public Task<long?> PersonOfAsync(Address address, CancellationToken cancellation) => NumberAsync(PersonOfAddress, cancellation, address.Channel, address.Id);

    /// <summary>What an operator has said of a pair; null when nobody has.</summary>
    public async Task<PairRuling?> RulingAsync(Lid lid, PhoneNumber phone, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var found = await ReadAsync(connection, Ruling, row => ExplanationRows.Ruling(row, 0, raw.Name), cancellation, lid.Digits, phone.ToString());
        return found.FirstOrDefault();
    }

    /// <summary>The strongest statement of a pair; null when nothing has stated it.</summary>
    public async Task<StatedPhone?> EvidenceAsync(Lid lid, PhoneNumber phone, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await ReadAsync(connection, Evidence, row => StatedOf(row, 0), cancellation, lid.Digits, phone.ToString())).FirstOrDefault();
    }

    /// <summary>The people who were split off because of an event.</summary>
    public async Task<IReadOnlyList<long>> SplitOffAsync(Guid[] events, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await ReadAsync(connection, Split, row => row.GetInt64(0), cancellation, events);
    }

    /// <summary>Reads a person, in one snapshot.</summary>
    public async Task<PersonFacts> PersonAsync(long number, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var addresses = (await ReadAsync(connection, Addresses, row => new Address(row.GetString(0), row.GetString(1)), cancellation, number)).ToDictionary(address => address, _ => 0L);
        foreach (var (address, messages) in await ReadAsync(connection, Messages, row => (Address: new Address(row.GetString(0), row.GetString(1)), row.GetInt64(2)), cancellation, number))
        {
            // Another spelling of a phone is an address of the same person, though nobody has listed it.
            if (addresses.ContainsKey(address)) addresses[address] += messages;
            else if (address.OfItself is { } phone && addresses.ContainsKey(phone)) addresses[phone] += messages;
        }
        var ties = await ReadAsync(connection, Pairs, TieOf, cancellation, number);
        var denied = (await ReadAsync(connection, Denied, PairOf, cancellation)).OfType<Tie>().ToHashSet();
        var merges = await ReadAsync(
            connection, Merges,
            row => new MergeFacts(row.GetInt64(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetDateTime(3), ExplanationRows.Origin(row, 4, raw.Name)),
            cancellation, number);
        return new PersonFacts(number, addresses, ties, denied, merges);
    }

    private static Tie? PairOf(NpgsqlDataReader row) =>
        Lid.TryParse(row.GetString(0), out var lid) && PhoneNumber.FromE164(row.GetString(1)) is { } phone ? Tie.Of(lid, phone) : null;

    private TieFacts TieOf(NpgsqlDataReader row) => new(
        new Tie(new Address(row.GetString(0), row.GetString(1)), new Address(row.GetString(2), row.GetString(3))),
        row.IsDBNull(4) ? null : StatedOf(row, 4));

    private StatedPhone StatedOf(NpgsqlDataReader row, int at) => new(
        row.GetString(at), row.GetString(at + 1), row.GetString(at + 2), row.GetDateTime(at + 3), row.GetDateTime(at + 4), ExplanationRows.Origin(row, at + 5, raw.Name));

    private async Task<long?> NumberAsync(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await ReadAsync(connection, sql, row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0), cancellation, values)).FirstOrDefault();
    }

    private async Task<List<T>> ReadAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = business });
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new List<T>();
        while (await rows.ReadAsync(cancellation)) found.Add(read(rows));
        return found;
    }
}
