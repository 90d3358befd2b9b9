using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Identity;

namespace Pipeline.Laws.Tests;

/// <summary>From a happening to the record that the Ingestor would write of it: the event as Baileys words it, after splitting.</summary>
internal static class Rendering
{
    private const long Start = 1760000000;
    private const string Group = "120363000000000001@g.us";

    public static RawEvent Raw(Happening it)
    {
        var (type, part, json) = Render(it);
        var raw = new RawEvent
        {
            BusinessId = it.Business,
            Source = "baileys",
            Session = $"business_{it.Business}",
            EventType = type,
            Part = part,
            Delivery = type == "messages.upsert" ? "notify" : "",
            OwnPhoneAddress = Cast.OwnPhone(it.Business) + ":14@s.whatsapp.net",
            OwnLidAddress = Cast.OwnLid(it.Business) + ":14@lid",
            ReceivedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeSeconds(Start + it.Arrived)),
            Payload = ByteString.CopyFromUtf8(json),
        };
        raw.EventId = EventIds.Of(it.Business, new RawItem("baileys", type, part, raw.Delivery, raw.Payload.Memory, OwnAddresses.None, default)).ToString();
        return raw;
    }

    private static (string Type, string Part, string Json) Render(Happening it)
    {
        var (lid, phone) = (LidOf(it), PhoneOf(it));
        return it.Shape switch
        {
            Shape.LidMapping => ("lid-mapping.update", "", $$"""{"lid":"{{lid}}","pn":"{{phone}}"}"""),
            Shape.PhoneNumberShare => ("chats.phoneNumberShare", "", $$"""{"lid":"{{lid}}","jid":"{{phone}}"}"""),
            Shape.Call => ("call", "item", $$"""{"chatId":"{{lid}}","from":"{{lid}}","callerPn":"{{phone}}","id":"C{{it.Id}}","status":"offer"{{Date(it)}}}"""),
            Shape.StatusWithAlternate => Message(it, "status@broadcast", $$""","participant":"{{lid}}","remoteJidAlt":"{{phone}}" """),

            Shape.HistoryMapping => ("messaging-history.set", "lidPnMappings", $$"""{"lid":"{{lid}}","pn":"{{phone}}"}"""),
            Shape.Contact => ("contacts.upsert", "item", $$"""{"id":"{{lid}}","lid":"{{lid}}","phoneNumber":"{{phone}}","notify":"Dana"}"""),
            Shape.ContactOfPhone => ("contacts.update", "item", $$"""{"id":"{{phone}}","lid":"{{lid}}","jid":"{{phone}}"}"""),
            Shape.HistoryContact => ("messaging-history.set", "contacts", $$"""{"id":"{{phone}}","lid":"{{lid}}","name":"Dana"}"""),
            Shape.HistoryChat => ("messaging-history.set", "chats", $$"""{"id":"{{lid}}","pnJid":"{{phone}}"}"""),
            Shape.Roster => ("groups.update", "item", $$"""{"id":"{{Group}}","participants":[{"id":"{{lid}}","phoneNumber":"{{phone}}","admin":null}]}"""),
            Shape.GroupStub => ("messages.upsert", "messages", $$"""{{{Key(it, Group, "")}}{{Time(it)}},"messageStubType":27,"messageStubParameters":["{\"id\":\"{{lid}}\",\"phoneNumber\":\"{{phone}}\"}"]}"""),

            Shape.DirectByLid => Message(it, lid, ""),
            Shape.BroadcastByLid => Message(it, "1760000001@broadcast", $$""","participant":"{{lid}}" """),
            Shape.HistoryByLid => Message(it, lid, "", "messaging-history.set"),
            Shape.ReceiptByLid => Receipt(it, lid),
            Shape.DeleteByLid => ("messages.delete", "keys", $$"""{"remoteJid":"{{lid}}","id":"M{{it.Id}}","fromMe":{{Json(it.FromMe)}}}"""),
            // The business's own phone as the alternate of somebody else: never evidence.
            Shape.OwnAlternate => Message(it, lid, $$""","remoteJidAlt":"{{Cast.OwnPhone(it.Business)}}@s.whatsapp.net" """),

            Shape.DirectByPhone => Message(it, phone, ""),
            Shape.HistoryByPhone => Message(it, phone, "", "messaging-history.set"),
            Shape.ReceiptByPhone => Receipt(it, phone),

            Shape.DirectByLidWithAlternate => Message(it, lid, $$""","remoteJidAlt":"{{phone}}","participant":"","addressingMode":"lid" """),
            Shape.DirectByLidWithPhoneField => Message(it, lid, it.FromMe ? $$""","peerRecipientPn":"{{phone}}" """ : $$""","senderPn":"{{phone}}" """),
            Shape.DirectByLidWithParticipant => Message(it, lid, $$""","participant":"{{phone}}" """),
            Shape.DirectByPhoneWithAlternate => Message(it, phone, $$""","remoteJidAlt":"{{lid}}","participant":"","addressingMode":"pn" """),
            Shape.DirectByPhoneWithLidField => Message(it, phone, it.FromMe ? $$""","peerRecipientLid":"{{lid}}" """ : $$""","senderLid":"{{lid}}" """),
            Shape.DirectByPhoneReplacingLid => Message(it, phone, $$""","previousRemoteJid":"{{lid}}" """),
            Shape.BroadcastWithAlternate => Message(it, "1760000001@broadcast", $$""","participant":"{{lid}}","remoteJidAlt":"{{phone}}" """),
            Shape.HistoryByLidWithAlternate => Message(it, lid, $$""","remoteJidAlt":"{{phone}}" """, "messaging-history.set"),
            Shape.ReactionWithAlternate => ("messages.reaction", "item", $$"""{"key":{"remoteJid":"{{lid}}","fromMe":true,"id":"M0"},"reaction":{"key":{"remoteJid":"{{lid}}","fromMe":{{Json(it.FromMe)}},"id":"M{{it.Id}}","remoteJidAlt":"{{phone}}"},"text":"👍"{{Milliseconds(it)}} } }"""),

            Shape.GroupByLid => Message(it, Group, $$""","participant":"{{lid}}" """),
            Shape.GroupByPhone => Message(it, Group, $$""","participant":"{{phone}}" """),
            Shape.GroupByLidWithAlternate => Message(it, Group, $$""","participant":"{{lid}}","participantAlt":"{{phone}}","addressingMode":"lid" """),
            Shape.GroupByLidWithPhoneField => Message(it, Group, $$""","participant":"{{lid}}","participantPn":"{{phone}}" """),
            Shape.GroupByPhoneWithLidField => Message(it, Group, $$""","participant":"{{phone}}","participantLid":"{{lid}}" """),
            Shape.GroupReceipt => ("message-receipt.update", "item", $$"""{{{Key(it, Group, $$""","participant":"{{lid}}" """)}},"receipt":{"userJid":"{{phone}}","readTimestamp":{{Start + it.Time}} } }"""),

            Shape.OwnChatByLid => Message(it, lid, ""),
            Shape.OwnChatByPhone => Message(it, phone, ""),
            _ => throw new ArgumentOutOfRangeException(nameof(it)),
        };
    }

    private static (string Type, string Part, string Json) Message(Happening it, string chat, string more, string type = "messages.upsert") =>
        (type, "messages", $$"""{{{Key(it, chat, more)}}{{Time(it)}},"pushName":"Dana",{{ContentOf(it)}}}""");

    private static (string Type, string Part, string Json) Receipt(Happening it, string chat) =>
        ("messages.update", "item", $$"""{{{Key(it, chat, "")}},"update":{"status":4{{Time(it)}} } }""");

    private static string Key(Happening it, string chat, string more) => $$""" "key":{"remoteJid":"{{chat}}","fromMe":{{Json(it.FromMe)}},"id":"M{{it.Id}}"{{more}}} """;

    private static string ContentOf(Happening it) => it.Content switch
    {
        Content.Reaction => """ "message":{"reactionMessage":{"key":{"remoteJid":"status@broadcast","fromMe":true,"id":"M0"},"text":"👍"}} """,
        Content.Edit => """ "message":{"protocolMessage":{"key":{"fromMe":true,"id":"M0"},"type":"MESSAGE_EDIT","editedMessage":{"conversation":"edited"}}} """,
        Content.Revoke => """ "message":{"protocolMessage":{"key":{"fromMe":true,"id":"M0"},"type":"REVOKE"}} """,
        Content.Broken => "\"message\":5",
        Content.Undecryptable => "\"messageStubType\":2",
        _ when it.Quoted is not null =>
            $$""" "message":{"extendedTextMessage":{"text":"hello","contextInfo":{"stanzaId":"M0","participant":"{{it.Quoted}}@s.whatsapp.net","quotedMessage":{"conversation":"hi"} } } } """,
        _ => """ "message":{"conversation":"hello"} """,
    };

    private static string Time(Happening it) => it.At is { } at ? $",\"messageTimestamp\":{Start + at}" : "";

    private static string Milliseconds(Happening it) => it.At is { } at ? $",\"senderTimestampMs\":{(Start + at) * 1000}" : "";

    private static string Date(Happening it) => it.At is { } at ? $",\"date\":{Start + at}" : "";

    private static string Json(bool value) => value ? "true" : "false";

    private static string LidOf(Happening it) => it.Spelling switch
    {
        Spelling.Device => it.Lid + ":23@lid",
        Spelling.OtherServer => it.Lid + ":99@hosted.lid",
        _ => it.Lid + "@lid",
    };

    private static string PhoneOf(Happening it) => it.Spelling switch
    {
        Spelling.Device => it.Phone + ":23@s.whatsapp.net",
        Spelling.OtherServer => it.Phone + "@c.us",
        _ => it.Phone + "@s.whatsapp.net",
    };
}
