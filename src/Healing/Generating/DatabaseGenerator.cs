using Npgsql;
using NpgsqlTypes;

namespace Pipeline.Healing.Generating;

/// <summary>
/// Writes a database in the older layout, split and full of fake phones as installations are, together with the truth about it. Quick
/// (COPY), and the same for the same seed.
/// </summary>
/// <param name="database">Opened on the schema that is to be made.</param>
public sealed class DatabaseGenerator(NpgsqlDataSource database)
{
    private static readonly DateTime Beginning = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Makes the schema and fills it.</summary>
    public async Task GenerateAsync(string schema, GeneratedSize size, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RunAsync($"CREATE SCHEMA IF NOT EXISTS {schema}");
        await RunAsync(OlderLayout.Sql + EmbeddedSql.Read("GeneratedTruth.sql") + EmbeddedSql.Read("Bookkeeping.sql"));

        var invention = new Invention(size.Seed);
        var cast = Cast.Invent(size, invention);
        var truth = new List<(string Kind, long Row, long Person)>();
        var leads = await WriteLeadsAsync();
        await WriteIdentitiesAsync();
        await WriteConversationsAsync();
        await WriteMessagesAsync();
        await WriteTruthAsync();
        foreach (var table in (string[])["leads", "contact_identities", "whatsapp_conversation", "whatsapp_message"])
            await RunAsync($"SELECT setval(pg_get_serial_sequence('{table}', 'id'), COALESCE(max(id), 1)) FROM {table}");
        await transaction.CommitAsync(cancellation);
        foreach (var table in (string[])["leads", "contact_identities", "whatsapp_conversation", "whatsapp_message"]) await RunAsync($"ANALYZE {table}");

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellation);
        }

        async Task<Dictionary<(long Person, int Lead), long>> WriteLeadsAsync()
        {
            var ids = new Dictionary<(long, int), long>();
            await using var copy = await connection.BeginBinaryImportAsync("COPY leads (id, business_id, phone, name, push_name, created_at) FROM STDIN (FORMAT binary)", cancellation);
            foreach (var (member, phone, lead) in cast.SelectMany(member => member.LeadPhones.Select((phone, lead) => (member, phone, lead))))
            {
                var id = ids.Count + 1L;
                ids.Add((member.Person, lead), id);
                truth.Add(("lead", id, member.Person));
                await copy.StartRowAsync(cancellation);
                await copy.WriteAsync(id, cancellation);
                await copy.WriteAsync(member.Business, cancellation);
                await TextAsync(copy, phone);
                await TextAsync(copy, null);
                await TextAsync(copy, invention.Name());
                await copy.WriteAsync(Beginning, NpgsqlDbType.TimestampTz, cancellation);
            }
            await copy.CompleteAsync(cancellation);
            return ids;
        }

        async Task WriteIdentitiesAsync()
        {
            await using var copy = await connection.BeginBinaryImportAsync("COPY contact_identities (id, business_id, lead_id, channel, external_id) FROM STDIN (FORMAT binary)", cancellation);
            var id = 0L;
            foreach (var (member, identity) in cast.SelectMany(member => member.Identities.Select(identity => (member, identity))))
            {
                await copy.StartRowAsync(cancellation);
                await copy.WriteAsync(++id, cancellation);
                await copy.WriteAsync(member.Business, cancellation);
                await copy.WriteAsync(leads[(member.Person, identity.Lead)], cancellation);
                await TextAsync(copy, identity.Channel);
                await TextAsync(copy, identity.Address);
            }
            await copy.CompleteAsync(cancellation);
        }

        async Task WriteConversationsAsync()
        {
            var rows = cast.SelectMany(member => member.Conversations.Select(conversation => (member, conversation))).ToArray();
            invention.Random.Shuffle(rows);
            await using var copy = await connection.BeginBinaryImportAsync(
                "COPY whatsapp_conversation (id, business_id, customer_wa_id, lead_id, name, last_message_at, is_open, created_at) FROM STDIN (FORMAT binary)", cancellation);
            for (var i = 0; i < rows.Length; i++)
            {
                var (member, conversation) = rows[i];
                truth.Add(("conversation", i + 1, member.Person));
                await copy.StartRowAsync(cancellation);
                await copy.WriteAsync(i + 1L, cancellation);
                await copy.WriteAsync(member.Business, cancellation);
                await TextAsync(copy, conversation.Address);
                if (conversation.Lead < 0) await copy.WriteNullAsync(cancellation);
                else await copy.WriteAsync(leads[(member.Person, conversation.Lead)], cancellation);
                await TextAsync(copy, null);
                await copy.WriteAsync(Moment(), NpgsqlDbType.TimestampTz, cancellation);
                await copy.WriteAsync(invention.Random.Next(3) > 0, cancellation);
                await copy.WriteAsync(Beginning, NpgsqlDbType.TimestampTz, cancellation);
            }
            await copy.CompleteAsync(cancellation);
        }

        async Task WriteMessagesAsync()
        {
            var random = invention.Random;
            await using var copy = await connection.BeginBinaryImportAsync(
                "COPY whatsapp_message (id, business_id, message_id, from_me, from_number, to_number, push_name, type, body, status, created_at) FROM STDIN (FORMAT binary)", cancellation);
            var silent = cast.Where(member => member.Conversations.Count == 0).ToArray();
            for (var i = 0; i < size.Messages; i++)
            {
                // Everybody who has no conversation writes once; now and then there is a story, which belongs to nobody's.
                var member = i < silent.Length ? silent[i] : cast[random.Next(cast.Count)];
                var isStory = i >= silent.Length && member.Phone is not null && random.Next(100) == 0;
                var fromMe = random.Next(100) < 40;
                var own = $"9725255501{member.Business:00}@s.whatsapp.net";
                var address = member.Addresses[random.Next(member.Addresses.Count)];
                var (from, to) = isStory ? (address, "status@broadcast")
                    : member.Phone is null ? (fromMe ? own : $"97250{random.Next(1_000_000, 9_999_999)}@s.whatsapp.net", address)
                    : fromMe ? (own, address) : (address, own);
                if (!isStory) truth.Add(("message", i + 1, member.Person));
                await copy.StartRowAsync(cancellation);
                await copy.WriteAsync(i + 1L, cancellation);
                await copy.WriteAsync(member.Business, cancellation);
                await TextAsync(copy, $"3EB0{i:X12}");
                await copy.WriteAsync(fromMe && !isStory, cancellation);
                await TextAsync(copy, from);
                await TextAsync(copy, to);
                await TextAsync(copy, null);
                await TextAsync(copy, "text");
                await TextAsync(copy, "Invented message " + (i + 1));
                await TextAsync(copy, "read");
                await copy.WriteAsync(Moment(), NpgsqlDbType.TimestampTz, cancellation);
            }
            await copy.CompleteAsync(cancellation);
        }

        async Task WriteTruthAsync()
        {
            await using (var copy = await connection.BeginBinaryImportAsync("COPY pipeline_generated_person (person, business_id, phone_e164, lid, is_known) FROM STDIN (FORMAT binary)", cancellation))
            {
                foreach (var member in cast)
                {
                    await copy.StartRowAsync(cancellation);
                    await copy.WriteAsync(member.Person, cancellation);
                    await copy.WriteAsync(member.Business, cancellation);
                    await TextAsync(copy, member.Phone is null ? null : Invention.PhoneOf(member.Phone)!.Value.ToString());
                    await TextAsync(copy, member.Lid);
                    await copy.WriteAsync(member.IsKnown, cancellation);
                }
                await copy.CompleteAsync(cancellation);
            }
            await using (var copy = await connection.BeginBinaryImportAsync("COPY pipeline_backfill_mapping (business_id, lid, phone_e164, source) FROM STDIN (FORMAT binary)", cancellation))
            {
                foreach (var member in cast.Where(member => member.IsMapped))
                {
                    await copy.StartRowAsync(cancellation);
                    await copy.WriteAsync(member.Business, cancellation);
                    await TextAsync(copy, member.Lid);
                    await TextAsync(copy, Invention.PhoneOf(member.Phone!)!.Value.ToString());
                    await TextAsync(copy, "generated");
                }
                await copy.CompleteAsync(cancellation);
            }
            await using (var copy = await connection.BeginBinaryImportAsync("COPY pipeline_generated_truth (kind, row_id, person) FROM STDIN (FORMAT binary)", cancellation))
            {
                foreach (var (kind, row, person) in truth)
                {
                    await copy.StartRowAsync(cancellation);
                    await TextAsync(copy, kind);
                    await copy.WriteAsync(row, cancellation);
                    await copy.WriteAsync(person, cancellation);
                }
                await copy.CompleteAsync(cancellation);
            }
        }

        DateTime Moment() => Beginning.AddSeconds(invention.Random.Next(60_000_000));

        Task TextAsync(NpgsqlBinaryImporter copy, string? text) => text is null ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(text, NpgsqlDbType.Text, cancellation);
    }

    /// <summary>Counts what was made, against the truth.</summary>
    public async Task<GeneratedCounts> CountAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            SELECT (SELECT count(*) FROM whatsapp_conversation),
                   (SELECT count(*) - count(DISTINCT person) FROM pipeline_generated_truth WHERE kind = 'conversation'),
                   (SELECT count(*) FROM leads),
                   count(*), count(*) FILTER (WHERE NOT p.is_known),
                   (SELECT count(*) FROM whatsapp_message)
              FROM leads l JOIN pipeline_generated_truth t ON t.kind = 'lead' AND t.row_id = l.id JOIN pipeline_generated_person p USING (person)
             WHERE l.phone LIKE '%' || p.lid || '%'
            """);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new GeneratedCounts(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));
    }
}

/// <summary>What a generated database holds.</summary>
/// <param name="Conversations">Conversations.</param>
/// <param name="Duplicates">Conversations that are one too many for their person.</param>
/// <param name="Leads">Leads.</param>
/// <param name="FakePhones">Leads with a LID's digits for a phone.</param>
/// <param name="UnknownFakePhones">Those of them whose real phone nothing tells.</param>
/// <param name="Messages">Messages.</param>
public sealed record GeneratedCounts(long Conversations, long Duplicates, long Leads, long FakePhones, long UnknownFakePhones, long Messages);
