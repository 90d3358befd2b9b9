using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Storage.Tests.DisplayNames;

[Collection(PostgresCollection.Name)]
public sealed class SpeedTests(PostgresFixture postgres, ITestOutputHelper output) : OnDirectory(postgres)
{
    private const string FiftyThousand = """
        INSERT INTO business VALUES (1, 60000);
        INSERT INTO person (business_id, lead_id, phone_e164, name, push_name)
        SELECT 1, n, CASE WHEN n % 3 > 0 THEN '+97250' || lpad(n::text, 7, '0') END, CASE WHEN n % 10 = 0 THEN 'Lead ' || n END,
               CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN '8239' || lpad(n::text, 10, '0') ELSE 'דנה ' || chr(1488 + n % 20) END FROM generate_series(1, 50000) n;
        INSERT INTO contact_identities SELECT 1, 'whatsapp', '8239' || lpad(lead_id::text, 10, '0') || '@lid', lead_id, lead_id FROM person WHERE business_id = 1;
        INSERT INTO contact_identities SELECT 1, 'phone', phone_e164, lead_id, lead_id FROM person WHERE business_id = 1 AND phone_e164 IS NOT NULL;
        INSERT INTO known_name SELECT 1, 'phone', external_id, 'contact', 'Contact ' || lead_id, now() FROM contact_identities WHERE business_id = 1 AND channel = 'phone' AND lead_id % 5 = 0;
        INSERT INTO whatsapp_conversation (business_id, canonical_key, kind, lead_id, person_id, last_message_at)
        OVERRIDING USER VALUE SELECT 1, 'lead:1:' || lead_id, 'direct', lead_id, lead_id, timestamptz '2025-01-01Z' + lead_id * interval '1 min' FROM person WHERE business_id = 1;
        INSERT INTO whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_source, author_source, type, body, sent_at)
        SELECT 1, id, 'M' || n, 'peer', gen_random_uuid(), false, 'none', 'none', 'text', 'hello', last_message_at - n * interval '1 min' FROM whatsapp_conversation, generate_series(0, 2) n WHERE business_id = 1;
        """;

    [Fact]
    public async Task A_page_of_fifty_thousand_conversations_scans_no_table_for_each_row()
    {
        await ExecuteAsync("SELECT setval(pg_get_serial_sequence('whatsapp_conversation', 'id'), 100)");
        await ExecuteAsync(FiftyThousand);
        await ExecuteAsync("VACUUM ANALYZE");

        const string list = "SELECT * FROM conversation_list WHERE business_id = 1";
        const string page = list + " ORDER BY last_message_at DESC LIMIT 50";
        var plan = await ColumnAsync("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + page);
        // What is read as a whole is read once, whichever node of the plan does it.
        Assert.All(plan.Where(line => line.Contains("Seq Scan", StringComparison.Ordinal)), line => Assert.Matches(@"on whatsapp_conversation|loops=1\)|never executed", line));

        output.WriteLine($"page of 50: {await MillisecondsAsync(page)} ms");
        output.WriteLine($"all 50 000: {await MillisecondsAsync(list)} ms");
        foreach (var reference in (string[])["lead:1:776", "+972500000776", "050-0000776", "82390000000776@lid"])
        {
            output.WriteLine($"messages_of {reference}: {await MillisecondsAsync($"SELECT * FROM messages_of(1, '{reference}')")} ms");
            Assert.Equal(3, (await ColumnAsync($"SELECT id FROM messages_of(1, '{reference}')")).Length);
        }
    }

    private async Task<long> MillisecondsAsync(string sql)
    {
        await ColumnAsync(sql);
        var watch = Stopwatch.StartNew();
        await ColumnAsync(sql);
        return watch.ElapsedMilliseconds;
    }
}
