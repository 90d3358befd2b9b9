using System.Runtime.InteropServices;
using System.Text.Json;
using Pipeline.Identity;

namespace Pipeline.Healing.Importing;

/// <summary>Reads message records with the product's own reader, so that an export teaches what the same events would have taught live.</summary>
internal static class MessageRecords
{
    /// <summary>Reads an Evolution record: Baileys' key and content.</summary>
    public static ReadEvent Evolution(JsonElement record, OwnAddresses own) => Read("evolution", "messages.upsert", "data", record, own);

    /// <summary>Reads a WAHA message, as its API answers it.</summary>
    public static ReadEvent Waha(JsonElement message, OwnAddresses own) => Read("waha", "message.any", "payload", message, own);

    /// <summary>Reads the raw chat or contact that WAHA's engine keeps.</summary>
    public static ReadEvent WahaEntry(string eventType, JsonElement entry, OwnAddresses own) => Read("waha", eventType, EventSplitter.ItemPart, entry, own);

    /// <summary>Takes over what was read about people.</summary>
    public static void Remember(SplitHistory history, ReadEvent read, long line)
    {
        foreach (var pair in read.Pairs) history.Learn(pair.Lid, pair.Phone, new Statement(pair.Grade, read.SentAt, pair.Field, line));
        foreach (var party in new[] { read.Peer, read.Author, read.Contact })
            if (party?.Lid is { } lid) history.Saw(WaId.Parse(lid.Address));
    }

    /// <summary>Counts the message in its chat.</summary>
    /// <param name="history">What is known so far.</param>
    /// <param name="read">The message.</param>
    /// <param name="chat">The chat's address, as the export names it.</param>
    /// <param name="name">What the export calls the chat.</param>
    /// <param name="line">Where the message stands.</param>
    /// <param name="at">When it was sent, by the export: what cannot be read as a message has a time all the same.</param>
    /// <param name="isCounted">False for the copy that stands in a chat's row.</param>
    public static void Count(SplitHistory history, ReadEvent read, WaId? chat, string? name, long line, DateTimeOffset? at, bool isCounted)
    {
        if (chat is null)
        {
            history.CouldNotRead(new UnreadLine(line, $"a message that cannot be read: {read.Fault ?? Faults.MissingRemoteJid}"));
            return;
        }
        if (isCounted) history.Messages++;
        history.Saw(chat);
        Remember(history, read, line);
        if (!chat.IsPerson)
        {
            if (chat.Kind != WaIdKind.Group) history.SetAside++;
            return;
        }
        var entry = history.Chat(name ?? chat.Address);
        entry.Add(chat);
        if (isCounted) entry.Count(read.SentAt ?? at);
        else entry.Heard(read.SentAt ?? at);
    }

    private static ReadEvent Read(string source, string eventType, string part, JsonElement element, OwnAddresses own) =>
        EventReader.Read(new RawItem(source, eventType, part, "", JsonMarshal.GetRawUtf8Value(element).ToArray(), own, default));
}
