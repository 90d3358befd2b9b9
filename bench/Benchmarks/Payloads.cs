using System.Text;

namespace Pipeline.Benchmarks;

/// <summary>A message as it lies on the raw topic. All people, numbers and texts are invented.</summary>
/// <param name="Name">What is shown of it.</param>
/// <param name="Json">The record.</param>
public sealed record Payload(string Name, byte[] Json)
{
    /// <summary>Name and size.</summary>
    public override string ToString() => $"{Name} ({Json.Length} B)";
}

/// <summary>Messages of about 1 KB in the shapes that real sessions send.</summary>
internal static class Payloads
{
    // What WhatsApp adds to every message nowadays.
    private const string ContextInfo = """
        "messageContextInfo":{"deviceListMetadata":{"senderKeyHash":"dG9wIHNlY3JldCBoYXNo","senderTimestamp":"1759990000","recipientKeyHash":"YW5vdGhlciBoYXNoISEh","recipientTimestamp":"1759991000"},"deviceListMetadataVersion":2,"messageSecret":"Nn1vV3mZ8aU0qS7bK2yTj5hWc4pLrXeG6fDiOkMsAuE="}
        """;

    private const string Text = "Hello, I saw the lamp in your shop window yesterday and would like to know whether it also comes in brass. We would need two of them before the end of the month, delivered to the same address as last time. Could you tell me what that costs, please?";

    public static IReadOnlyList<Payload> All { get; } =
    [
        Of("7.x text, phone chat", $$$"""
            {"key":{"remoteJid":"12025550143@s.whatsapp.net","fromMe":false,"id":"3A5D0C1E7F2B4A6988C0","participant":"","addressingMode":"pn"},"messageTimestamp":1760000003,"pushName":"Uma","broadcast":false,
            "message":{"extendedTextMessage":{"text":"{{{Text}}}","previewType":"NONE","contextInfo":{"stanzaId":"3EB0A1B2C3D4E5F60718","participant":"972555550100@s.whatsapp.net","quotedMessage":{"conversation":"Your order is ready."},"expiration":604800,"disappearingMode":{"initiator":"CHANGED_IN_CHAT"}},"inviteLinkGroupTypeV2":"DEFAULT"},{{{ContextInfo}}}}}
            """),
        Of("7.x text, LID chat, alternate", $$$"""
            {"key":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972555550101@s.whatsapp.net","fromMe":false,"id":"7475058C7475058C7475058C7475058C","participant":"","addressingMode":"lid"},"messageTimestamp":1760000001,"pushName":"Dana","broadcast":false,
            "message":{"extendedTextMessage":{"text":"{{{Text}}}","previewType":"NONE","contextInfo":{"stanzaId":"3EB0A1B2C3D4E5F60718","participant":"194458137862155@lid","quotedMessage":{"conversation":"Your order is ready."},"expiration":604800},"inviteLinkGroupTypeV2":"DEFAULT"},{{{ContextInfo}}}}}
            """),
        Of("7.x group message", $$$"""
            {"key":{"remoteJid":"120363000000000001@g.us","fromMe":false,"id":"7475058C7475058C7475058C7475058D","participant":"229103847562018@lid","participantAlt":"447700900123@s.whatsapp.net","addressingMode":"lid"},"messageTimestamp":1760000030,"pushName":"Gwen","broadcast":false,
            "message":{"senderKeyDistributionMessage":{"groupId":"120363000000000001@g.us","axolotlSenderKeyDistributionMessage":"MwgBEAAaIPDsnKvTf1jWmLJxo3uB9yQAZcHVg5kR7NtEbiXdSPhO"},"extendedTextMessage":{"text":"{{{Text}}}","contextInfo":{"mentionedJid":["82399031480511@lid"],"expiration":604800}},{{{ContextInfo}}}}}
            """),
        Of("6.7 text, LID chat, senderPn", $$$$$$$"""
            {"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"7475058C7475058C7475058C7475058E","senderPn":"972555550101:5@s.whatsapp.net"},"messageTimestamp":1760000001,"pushName":"Dana","broadcast":false,
            "message":{"ephemeralMessage":{"message":{"extendedTextMessage":{"text":"{{{{{{{Text}}}}}}}","contextInfo":{"stanzaId":"3EB0A1B2C3D4E5F60718","participant":"972555550100:14@s.whatsapp.net","quotedMessage":{"conversation":"Your order is ready."},"expiration":604800}},{{{{{{{ContextInfo}}}}}}}}}}}
            """),
        Image("7.x image, thumbnail as text", $"\"{Base64(500)}\""),
        Image("7.x image, thumbnail as numbers", $"[{string.Join(',', Bytes(500))}]"),
    ];

    private static Payload Of(string name, string json) => new(name, Encoding.UTF8.GetBytes(json));

    // A Buffer is written with its bytes in base64 by the library's own replacer, and as a list of numbers by JSON.stringify alone.
    private static Payload Image(string name, string thumbnail) => Of(name, $$$$$"""
        {"key":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972555550101@s.whatsapp.net","fromMe":false,"id":"7475058C7475058C7475058C7475058F","participant":"","addressingMode":"lid"},"messageTimestamp":1760000001,"pushName":"Dana","broadcast":false,
        "message":{"imageMessage":{"url":"https://mmg.example.net/o1/v/t24/f2/m231/AQO1","mimetype":"image/jpeg","fileSha256":"{{{{{Base64(32)}}}}}","fileLength":"84213","height":1200,"width":1600,"mediaKey":"{{{{{Base64(32)}}}}}","jpegThumbnail":{"type":"Buffer","data":{{{{{thumbnail}}}}}},"caption":"This lamp","contextInfo":{"expiration":604800}}}}
        """);

    private static string Base64(int length) => Convert.ToBase64String(Bytes(length));

    private static byte[] Bytes(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)(i * 167))];
}
