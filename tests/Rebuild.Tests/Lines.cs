namespace Pipeline.Rebuild.Tests;

/// <summary>Input lines as a producer sends them.</summary>
internal static class Lines
{
    public const string DanaLid = "82399031480511@lid";
    public const string Dana = "972555550101@s.whatsapp.net";
    public const string NoaLid = "57102938465720@lid";
    public const string Noa = "972555550102@s.whatsapp.net";
    public const string Group = "972525550100-1600000000@g.us";

    /// <summary>An event of a business.</summary>
    public static string Event(string type, string data, int business = 1) =>
        $$"""{"business":{{business}},"source":"baileys","session":"business_{{business}}","me":{"id":"972525550100:14@s.whatsapp.net","lid":"118203344556677:14@lid"},"event":"{{type}}","data":{{data}}}""";

    /// <summary>A message of a chat.</summary>
    public static string Message(string id, string chat, int at, string alternate = "", string name = "", int business = 1, string participant = "", string message = """{"conversation":"hello"}""") => Event(
        "messages.upsert",
        $$$"""{"type":"notify","messages":[{"key":{"remoteJid":"{{{chat}}}","remoteJidAlt":"{{{alternate}}}","participant":"{{{participant}}}","fromMe":false,"id":"{{{id}}}"},"messageTimestamp":{{{1760000000 + at}}},"pushName":"{{{name}}}","message":{{{message}}}}]}""",
        business);

    /// <summary>A message of a LID that quotes somebody's phone.</summary>
    public static string Quote(string id, string chat, int at, string quoted, int business = 1) =>
        Message(id, chat, at, business: business, message: $$$$"""{"extendedTextMessage":{"text":"yes","contextInfo":{"stanzaId":"Q1","participant":"{{{{quoted}}}}"}}}""");

    /// <summary>WhatsApp says whose a LID is.</summary>
    public static string Mapping(string lid, string phone, int business = 1) => Event("lid-mapping.update", $$"""{"lid":"{{lid}}","pn":"{{phone}}"}""", business);

    /// <summary>A message was read.</summary>
    public static string Receipt(string id, string chat, int status = 4) => Event("messages.update", $$$"""[{"key":{"remoteJid":"{{{chat}}}","fromMe":false,"id":"{{{id}}}"},"update":{"status":{{{status}}}}}]""");

    /// <summary>Dana writes by LID and by phone, which is shown late; Noa by LID only; a group; a reaction; a name.</summary>
    public static IReadOnlyList<string> Traffic =>
    [
        Message("A1", DanaLid, 1, name: "Dana"),
        Message("A2", Dana, 2),
        Message("A3", DanaLid, 3, alternate: Dana),
        Message("B1", NoaLid, 4, name: "Noa"),
        Message("G1", Group, 5, participant: NoaLid),
        Event("messages.reaction", $$$$"""[{"key":{"remoteJid":"{{{{DanaLid}}}}","fromMe":false,"id":"A1"},"reaction":{"text":"👍","key":{"remoteJid":"{{{{DanaLid}}}}","fromMe":true,"id":"R1"}}}]"""),
        Receipt("A2", Dana),
        Event("contacts.upsert", $$"""[{"id":"{{Dana}}","name":"Dana Levi"}]"""),
        Message("C1", Dana, 6, business: 2),
    ];
}
