using System.Text.Json;
using Pipeline.Cli.Sending;

namespace Pipeline.Cli.Conversations;

/// <summary>
/// The conversations as software sees them that takes the chat address for the person: one for each address. Counted from what was
/// sent, without any of the product's own logic, so that it shows what arrived and nothing else.
/// </summary>
internal sealed class RawChats
{
    private readonly Lock counting = new();
    private readonly Dictionary<(long Business, string Address), RawChat> chats = [];

    /// <summary>One raw address of a business.</summary>
    public sealed record RawChat(long Business, string Address)
    {
        private readonly HashSet<string> ids = [];

        /// <summary>Messages in it, each counted once.</summary>
        public int Messages => ids.Count;

        /// <summary>The name that came with the newest received message.</summary>
        public string Name { get; private set; } = "";

        internal void Add(string id, string? name)
        {
            ids.Add(id);
            if (!string.IsNullOrEmpty(name)) Name = name;
        }
    }

    /// <summary>Everything so far, by business, the fullest first.</summary>
    public IReadOnlyList<RawChat> All
    {
        get
        {
            lock (counting) return [.. chats.Values.OrderBy(chat => chat.Business).ThenByDescending(chat => chat.Messages).ThenBy(chat => chat.Address, StringComparer.Ordinal)];
        }
    }

    /// <summary>Takes the messages of a line into account.</summary>
    public void Add(InputLine line)
    {
        using var json = JsonDocument.Parse(line.Json, new JsonDocumentOptions { MaxDepth = 256 });
        var data = json.RootElement.GetProperty("data");
        lock (counting)
        {
            foreach (var record in RecordsOf(data)) Add(line.Business, record);
        }
    }

    // Baileys: data.messages[] and, in a history set, data.chats[].messages[].message. Evolution: data.data. WAHA: data.payload.
    private static IEnumerable<JsonElement> RecordsOf(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object) yield break;
        foreach (var record in ListOf(data, "messages")) yield return record;
        foreach (var chat in ListOf(data, "chats"))
            foreach (var entry in ListOf(chat, "messages"))
                if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("message", out var record)) yield return record;
        if (data.TryGetProperty("data", out var one)) yield return one;
        if (data.TryGetProperty("payload", out var payload)) yield return payload;
    }

    private static JsonElement.ArrayEnumerator ListOf(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private void Add(long business, JsonElement record)
    {
        if (record.ValueKind != JsonValueKind.Object || IsControl(record)) return;

        var key = record.TryGetProperty("key", out var baileys) && baileys.ValueKind == JsonValueKind.Object ? baileys : record;
        var own = key.TryGetProperty("fromMe", out var flag) && flag.ValueKind == JsonValueKind.True;
        var address = DirectChatOf(TextOf(key, "remoteJid") ?? TextOf(key, own ? "to" : "from")) ?? DirectChatOfList(key);
        if (address is null || TextOf(key, "id") is not { } id) return;

        if (!chats.TryGetValue((business, address), out var chat)) chats.Add((business, address), chat = new RawChat(business, address));
        chat.Add(id, own ? null : TextOf(record, "pushName"));
    }

    // Reactions, edits and deletions are about a message, not messages.
    private static bool IsControl(JsonElement record) =>
        record.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object
        && (message.TryGetProperty("reactionMessage", out _) || message.TryGetProperty("protocolMessage", out _));

    // The device is cut off, nothing else: groups, status posts and channels are no conversation with a person.
    private static string? DirectChatOf(string? address)
    {
        if (address is null || address.IndexOf('@') is not (> 0 and var at)) return null;
        var server = address[(at + 1)..];
        return server is "s.whatsapp.net" or "c.us" or "lid" or "hosted" or "hosted.lid" ? $"{address[..at].Split(':', '_')[0]}@{server}" : null;
    }

    // A received broadcast list is a direct message of its author.
    private static string? DirectChatOfList(JsonElement key) =>
        TextOf(key, "remoteJid") is { } list && list.EndsWith("@broadcast", StringComparison.Ordinal) && !list.StartsWith("status@", StringComparison.Ordinal)
            ? DirectChatOf(TextOf(key, "participant"))
            : null;

    private static string? TextOf(JsonElement parent, string name)
    {
        try
        {
            return parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate.
            return null;
        }
    }
}
