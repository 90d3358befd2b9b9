using Npgsql;
using Pipeline.Storage;
using static Pipeline.Storage.BatchStatements;

namespace Pipeline.Sink;

/// <summary>
/// Finds out what the conversations of a batch are part of now. The ThreadLinker commits a merge before it announces it, so an event
/// that comes after the announcement never lands in the conversation that ended; what landed there before is moved by the announcement.
/// </summary>
internal static class ConversationReader
{
    private const string Homes = """
        SELECT c.business_id, c.id, h.id, h.split_at IS NOT NULL
          FROM unnest($1::bigint[], $2::bigint[]) AS k (business_id, id)
          JOIN whatsapp_conversation c ON c.id = k.id AND c.business_id = k.business_id
          JOIN whatsapp_conversation h ON h.id = COALESCE(c.merged_into, c.id)
        """;

    private const string HomesOfPeers = """
        SELECT k.business_id, k.channel, k.external_id, c.id
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS k (business_id, channel, external_id)
          JOIN contact_identities i USING (business_id, channel, external_id)
          JOIN whatsapp_conversation c ON c.business_id = i.business_id AND c.person_id = i.lead_id
        """;

    private const string DeniedPairs = """
        SELECT d.business_id, d.lid, d.phone_e164
          FROM unnest($1::bigint[], $2::text[], $3::text[]) AS k (business_id, lid, phone)
          JOIN denied_pair d ON d.business_id = k.business_id AND d.lid = k.lid AND d.phone_e164 = k.phone AND d.denied
        """;

    // A member of a group who is stored under another address than the one of this copy.
    private const string StoredAuthors = """
        SELECT k.row, m.author_key
          FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) AS k (row, conversation_id, message_id, author_key, phone, lid)
          JOIN whatsapp_message m ON m.conversation_id = k.conversation_id AND m.message_id = k.message_id
         WHERE m.author_key <> k.author_key AND NOT m.from_me AND (m.author_phone = k.phone OR m.author_lid = k.lid)
         ORDER BY k.row, m.id DESC
        """;

    public static void AddHomes(NpgsqlBatch batch, IReadOnlyCollection<(long BusinessId, long ConversationId)> named) =>
        batch.Add(Homes,
            Column(named.Select(one => one.BusinessId).ToArray()),
            Column(named.Select(one => one.ConversationId).ToArray()));

    public static async Task<Dictionary<(long BusinessId, long ConversationId), Home>> ReadHomesAsync(NpgsqlDataReader rows, CancellationToken cancellation)
    {
        var homes = new Dictionary<(long, long), Home>();
        while (await rows.ReadAsync(cancellation)) homes.Add((rows.GetInt64(0), rows.GetInt64(1)), new Home(rows.GetInt64(2), rows.GetBoolean(3)));
        return homes;
    }

    /// <summary>
    /// The entries in the conversations that are live now. In one that was taken apart, each message goes where the directory says its address
    /// belongs, without what an operator has denied: the event may have been linked before the split.
    /// </summary>
    public static async Task<SinkEntry[]> AtHomeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, SinkEntry[] entries, Dictionary<(long BusinessId, long ConversationId), Home> homes, CancellationToken cancellation)
    {
        SinkEntry[] found = [.. entries.Select(entry => entry.In(homes))];
        MessageRow[] both = [.. entries.Where(InSplit).OfType<SinkEntry.Stored>().Select(stored => stored.Row).Where(row => row is { IsGroup: false, Peer: { Lid: not null, Phone: not null } })];
        PeerKey[] peers = [.. entries.Where(InSplit).Select(entry => entry.Peer).OfType<PeerKey>().Distinct()];
        if (peers.Length == 0) return found;

        await using var look = new NpgsqlBatch(connection, transaction);
        look.Add(HomesOfPeers,
            Column(Array.ConvertAll(peers, peer => peer.BusinessId)),
            Column(Array.ConvertAll(peers, peer => peer.Channel)),
            Column(Array.ConvertAll(peers, peer => peer.ExternalId)));
        look.Add(DeniedPairs,
            Column(Array.ConvertAll(both, row => row.BusinessId)),
            Column(Array.ConvertAll(both, row => row.Peer.Lid)),
            Column(Array.ConvertAll(both, row => row.Peer.Phone)));
        var ofPeers = new Dictionary<PeerKey, long>();
        await using var rows = await look.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) ofPeers[new PeerKey(rows.GetInt64(0), rows.GetString(1), rows.GetString(2))] = rows.GetInt64(3);
        await rows.NextResultAsync(cancellation);
        var denied = new HashSet<(long, string?, string?)>();
        while (await rows.ReadAsync(cancellation)) denied.Add((rows.GetInt64(0), rows.GetString(1), rows.GetString(2)));
        return [.. entries.Zip(found, (entry, there) => InSplit(entry) ? AtHome(entry, there) : there)];

        SinkEntry AtHome(SinkEntry entry, SinkEntry there)
        {
            if (entry.Peer is { } peer && ofPeers.TryGetValue(peer, out var home)) there = there.At(home);
            return there is SinkEntry.Stored { Row: var row } && denied.Contains((row.BusinessId, row.Peer.Lid, row.Peer.Phone)) ? new SinkEntry.Stored(row.WithoutDenied()) : there;
        }

        bool InSplit(SinkEntry entry) => homes.TryGetValue(entry.Conversation, out var home) && home.IsSplit;
    }

    /// <summary>Lets copies of a group message meet although one names its author by LID and the other by phone.</summary>
    public static async Task FindStoredAuthorsAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, SinkBatch batch, CancellationToken cancellation)
    {
        int[] at = [.. batch.RowsOfGroups];
        if (at.Length == 0) return;
        var rows = Array.ConvertAll(at, one => batch.Messages[one]);
        await using var look = new NpgsqlBatch(connection, transaction);
        look.Add(StoredAuthors, Column(at),
            Column(Array.ConvertAll(rows, row => row.ConversationId)),
            Column(Array.ConvertAll(rows, row => row.MessageId)),
            Column(Array.ConvertAll(rows, row => row.AuthorKey)),
            Column(Array.ConvertAll(rows, row => row.Author.Phone)),
            Column(Array.ConvertAll(rows, row => row.Author.Lid)));
        await using var found = await look.ExecuteReaderAsync(cancellation);
        while (await found.ReadAsync(cancellation)) batch.Rename(found.GetInt32(0), found.GetString(1));
    }
}
