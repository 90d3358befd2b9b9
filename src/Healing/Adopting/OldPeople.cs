using Npgsql;
using Pipeline.Identity;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Healing.Adopting;

/// <summary>Reads the people of a healed business, as the healing itself understands them.</summary>
internal sealed class OldPeople(NpgsqlDataSource database, OlderTables tables)
{
    private const string PhoneServer = "@s.whatsapp.net";

    /// <summary>Everybody, groups included, in the order of the older tables.</summary>
    public async Task<IReadOnlyList<OldPerson>> OfAsync(BusinessFacts facts, People people, CancellationToken cancellation)
    {
        var leads = await LeadsAsync(facts.Business, cancellation);
        var summaries = await SummariesAsync(facts.Business, cancellation);
        var keys = await KeysAsync(facts.Business, cancellation);
        var addresses = Addresses(facts, people);
        return [.. people.All.Where(person => person.Leads.Count > 0 || person.Conversations.Count > 0).Select(person => Of(person, leads, summaries, keys, addresses, people))];
    }

    private static OldPerson Of(
        Person person, Dictionary<long, OldLead> leads, HashSet<long> summaries, ILookup<long, string> keys, ILookup<Person, string> addresses, People people)
    {
        var group = person.Addresses is [{ Kind: AddressKind.Group, Id: var id }] ? id : null;
        var goesOn = person.Conversations.Find(conversation => conversation.MergedInto is null);
        var phone = PhoneOf(person, people);
        var leadIds = person.Leads.Select(lead => lead.Id).ToList();
        List<Identity> identities = group is not null ? [] :
        [
            .. leadIds.Select(Identity.OfCrm),
            .. person.Addresses.Where(address => address.Kind == AddressKind.Phone).Select(address => Identity.OfPhone(address.Id)),
            .. person.Addresses.Where(address => address.Kind == AddressKind.Lid).Select(address => Identity.OfLid(address.Id)),
            .. addresses[person].Select(Identity.OfAddress),
        ];
        return new OldPerson
        {
            Lead = person.Lead is { } lead ? leads.GetValueOrDefault(lead.Id) : null,
            LeadIds = leadIds,
            Phone = phone,
            Identities = [.. identities.Distinct()],
            GroupId = group,
            Conversation = goesOn is null ? null : new OldConversation(goesOn.Id, goesOn.IsOpen, summaries.Contains(goesOn.Id), goesOn.LastMessageAt),
            ConversationIds = [.. person.Conversations.Select(conversation => conversation.Id)],
            Keys = [.. person.Conversations.Select(conversation => conversation.Key).OfType<string>().Concat(person.Conversations.SelectMany(conversation => keys[conversation.Id])).Distinct()],
        };
    }

    // The lead's own number, when it is one; else the one that evidence gives.
    private static string? PhoneOf(Person person, People people) =>
        person.Lead is { } lead && people.Lids.Read(lead.Phone) is { Kind: AddressKind.Phone, Id: var phone } ? phone : person.Phone;

    // As WhatsApp registered them: that is what messages are sent to, and not always the canonical form.
    private static ILookup<Person, string> Addresses(BusinessFacts facts, People people) =>
        facts.Conversations.Select(conversation => conversation.WaId).Concat(facts.Identities.Select(identity => identity.ExternalId)).OfType<string>()
            .Select(text => (Read: people.Lids.Read(text), Address: text.Contains('@') ? WaId.Parse(text) : WaId.Parse(text + PhoneServer)))
            .Where(one => one.Read.Kind == AddressKind.Phone && one.Address is { Kind: WaIdKind.User })
            .Select(one => (Person: people.WithAddress(one.Read), one.Address!.Address))
            .Where(one => one.Person is not null).Distinct().ToLookup(one => one.Person!, one => one.Address);

    private async Task<Dictionary<long, OldLead>> LeadsAsync(long business, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"""
            SELECT id::bigint, {Optional("leads", "name", "text")}, {Optional("leads", "push_name", "text")}, {Optional("leads", "created_at", "timestamptz")} FROM leads WHERE business_id = $1
            """);
        command.Parameters.Add(Rows.Of(business));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var leads = new Dictionary<long, OldLead>();
        while (await rows.ReadAsync(cancellation))
            leads.Add(rows.GetInt64(0), new OldLead(rows.GetInt64(0), Text(rows, 1), Text(rows, 2), rows.IsDBNull(3) ? DateTime.UnixEpoch : rows.GetDateTime(3)));
        return leads;
    }

    private async Task<HashSet<long>> SummariesAsync(long business, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await Rows.IdsAsync(connection, "SELECT id::bigint FROM whatsapp_conversation WHERE business_id = $1 AND summary_created", cancellation, Rows.Of(business));
    }

    private async Task<ILookup<long, string>> KeysAsync(long business, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            SELECT conversation_id, old_key FROM pipeline_backfill_key WHERE business_id = $1
            UNION
            SELECT merged_into, canonical_key FROM pipeline_backfill_conversation WHERE business_id = $1 AND canonical_key IS NOT NULL
            """);
        command.Parameters.Add(Rows.Of(business));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var keys = new List<(long Conversation, string Key)>();
        while (await rows.ReadAsync(cancellation)) keys.Add((rows.GetInt64(0), rows.GetString(1)));
        return keys.ToLookup(key => key.Conversation, key => key.Key);
    }

    private string Optional(string table, string column, string type) => tables.Has(table, column) ? $"{column}::{type}" : $"NULL::{type}";

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) || row.GetString(column).Trim() is not { Length: > 0 } text ? null : text;
}
