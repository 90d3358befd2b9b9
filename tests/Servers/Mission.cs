using Npgsql;

namespace Pipeline.Servers;

/// <summary>What must hold in every database of the product, whatever was done to it.</summary>
public static class Mission
{
    private static readonly (string Promise, string Violations)[] Promises =
    [
        ("no canonical key stands twice",
         "SELECT business_id, canonical_key FROM whatsapp_conversation GROUP BY 1, 2 HAVING count(*) > 1"),
        ("no phone belongs to two live people",
         "SELECT business_id, phone_e164 FROM person WHERE merged_into IS NULL AND phone_e164 IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1"),
        ("no person has two live conversations",
         "SELECT business_id, person_id FROM whatsapp_conversation WHERE merged_into IS NULL AND person_id IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1"),
        ("every message is in a conversation",
         "SELECT id FROM whatsapp_message WHERE conversation_id IS NULL"),
        ("no message is in a conversation that has ended",
         "SELECT m.id FROM whatsapp_message m JOIN whatsapp_conversation c ON c.id = m.conversation_id WHERE c.merged_into IS NOT NULL"),
        ("what has ended leads to what is live",
         "SELECT c.id FROM whatsapp_conversation c JOIN whatsapp_conversation s ON s.id = c.merged_into WHERE s.merged_into IS NOT NULL OR s.business_id <> c.business_id"),
        ("every address belongs to a live person",
         "SELECT i.external_id FROM contact_identities i JOIN person p USING (business_id, lead_id) WHERE p.merged_into IS NOT NULL"),
        ("no LID is anybody's phone, unless that is the LID's own phone or a phone address too",
         """
         SELECT p.business_id, p.phone_e164 FROM person p
           JOIN contact_identities i ON i.business_id = p.business_id AND i.channel = 'whatsapp' AND i.external_id = substr(p.phone_e164, 2) || '@lid'
          WHERE NOT EXISTS (SELECT FROM contact_identities a WHERE a.business_id = p.business_id AND a.channel = 'whatsapp' AND a.external_id = substr(p.phone_e164, 2) || '@s.whatsapp.net')
         """),
    ];

    /// <summary>Checks.</summary>
    /// <exception cref="InvalidOperationException">A promise is broken; the message says which.</exception>
    public static async Task HoldsAsync(NpgsqlDataSource database)
    {
        var broken = new List<string>();
        foreach (var (promise, violations) in Promises)
        {
            await using var command = database.CreateCommand($"SELECT count(*) FROM ({violations}) v");
            if (await command.ExecuteScalarAsync() is long count and > 0) broken.Add($"{promise}: {count} times not so");
        }
        if (broken.Count > 0) throw new InvalidOperationException(string.Join("; ", broken));
    }
}
