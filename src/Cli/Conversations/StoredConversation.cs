using Npgsql;

namespace Pipeline.Cli.Conversations;

/// <summary>A live conversation as the product stored it.</summary>
/// <param name="Business">The business.</param>
/// <param name="IsGroup">Whether it is a group.</param>
/// <param name="Name">What to show, by the product's own order of names.</param>
/// <param name="Phone">E.164, or null when it is not known.</param>
/// <param name="Lids">The LIDs of the person, without server.</param>
/// <param name="Messages">How many messages it holds.</param>
internal sealed record StoredConversation(long Business, bool IsGroup, string Name, string? Phone, IReadOnlyList<string> Lids, long Messages)
{
    // Groups without a known subject are told apart by the end of their id.
    private const string LiveConversations = """
        SELECT c.business_id, c.kind = 'group', c.display_name || COALESCE(' …' || right(c.group_id, 6), ''), c.phone_e164, c.kind,
               ARRAY(SELECT DISTINCT split_part(i.external_id, '@', 1)
                       FROM contact_identities i
                      WHERE i.business_id = c.business_id AND i.lead_id = c.person_id AND i.channel = 'whatsapp' AND i.external_id LIKE '%@lid'
                      ORDER BY 1),
               (SELECT count(*) FROM whatsapp_message m WHERE m.conversation_id = c.conversation_id)
          FROM conversation_list c
         ORDER BY c.business_id, c.kind, 7 DESC, c.conversation_id
        """;

    /// <summary>Every live conversation, by business, people before groups, the fullest first.</summary>
    public static async Task<IReadOnlyList<StoredConversation>> ReadAllAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(LiveConversations);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var conversations = new List<StoredConversation>();
        while (await rows.ReadAsync(cancellation))
        {
            conversations.Add(new StoredConversation(
                rows.GetInt64(0),
                rows.GetBoolean(1),
                rows.GetString(2),
                await rows.IsDBNullAsync(3, cancellation) ? null : rows.GetString(3),
                await rows.GetFieldValueAsync<string[]>(5, cancellation),
                rows.GetInt64(6)));
        }
        return conversations;
    }
}
