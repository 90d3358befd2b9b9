using System.Text;

namespace Pipeline.Identity.Tests;

/// <summary>Short ways to read one item in a test.</summary>
internal static class Reading
{
    public static readonly OwnAddresses Own = OwnAddresses.From("972555550100:14@s.whatsapp.net", "194458137862155:14@lid");

    public static RawItem Item(string json, string eventType = "messages.upsert", string part = "messages", string source = "baileys", OwnAddresses? own = null, string delivery = "notify") =>
        new(source, eventType, part, delivery, Encoding.UTF8.GetBytes(json), own ?? Own, DateTimeOffset.UnixEpoch);

    public static ReadEvent Read(string json, string eventType = "messages.upsert", string part = "messages", string source = "baileys", OwnAddresses? own = null) =>
        EventReader.Read(Item(json, eventType, part, source, own));

    /// <summary>A direct message with the given key fields (JSON members) and content.</summary>
    public static ReadEvent Message(string key, string message = """{"conversation":"hey"}""", string more = "", OwnAddresses? own = null) =>
        Read($$"""{"key":{"id":"A1",{{key}}},"messageTimestamp":1760000000{{more}},"message":{{message}}}""", own: own);

    /// <summary>Content as read in an ordinary direct chat.</summary>
    public static ReadEvent Content(string message) => Message("\"remoteJid\":\"12025550143@s.whatsapp.net\"", message);
}
