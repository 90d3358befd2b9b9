using System.Text;
using System.Text.Json;

namespace Pipeline.Identity.Tests;

public class EventSplitterTests
{
    private static string[] Split(string data, string eventType = "messages.upsert", string source = "baileys")
    {
        using var document = RawBody.TryParse(Encoding.UTF8.GetBytes(data))!;
        return [.. EventSplitter.Split(source, eventType, document.RootElement).Select(p => $"{p.Part}|{p.Delivery}|{p.Index}|{Encoding.UTF8.GetString(p.Json.Span)}")];
    }

    [Fact]
    public void Every_message_of_a_batch_is_a_record_with_its_bytes_untouched() =>
        Assert.Equal(["messages|append|0|{\"a\" : 1.0}", "messages|append|1|{ }"], Split("""{"messages":[{"a" : 1.0},{ }],"type":"append"}"""));

    [Fact]
    public void An_item_that_is_no_object_is_still_a_record() =>
        Assert.Equal(["messages|notify|0|null", "messages|notify|1|\"x\"", "messages|notify|2|7"], Split("""{"messages":[null,"x",7],"type":"notify"}"""));

    [Theory]
    [InlineData("""{"messages":{"key":{}},"type":"notify"}""", "|notify|0|")]
    [InlineData("""{"type":"notify"}""", "|notify|0|")]
    [InlineData("""[{"key":{}}]""", "||0|")]
    [InlineData("7", "||0|")]
    [InlineData("null", "||0|")]
    public void Messages_that_are_no_list_are_one_record(string data, string start) => Assert.Equal([start + data], Split(data));

    [Fact]
    public void An_empty_batch_is_no_record() => Assert.Empty(Split("""{"messages":[],"type":"notify"}"""));

    [Fact]
    public void In_a_history_what_names_people_comes_before_what_they_said() =>
        Assert.Equal(
            ["lidPnMappings||0|1", "chats||0|2", "chats||1|3", "contacts||0|4", "messages||0|5"],
            Split("""{"messages":[5],"contacts":[4],"chats":[2,3],"lidPnMappings":[1],"syncType":3}""", "messaging-history.set"));

    [Fact]
    public void One_delivered_message_of_a_LID_chat_goes_ahead_for_its_receiver()
    {
        const string one = """{"key":{"remoteJid":"1@lid","fromMe":true},"userReceipt":[{"userJid":"12025550143@s.whatsapp.net"}]}""";
        Assert.Equal(["userReceipt||0|" + one, "messages||0|" + one, "messages||1|" + one], Split("{\"messages\":[" + one + "," + one + "]}", "messaging-history.set"));
        const string other = """{"key":{"remoteJid":"12025550143@s.whatsapp.net","fromMe":true},"userReceipt":[{"userJid":"12025550143@s.whatsapp.net"}]}""";
        Assert.Equal(["messages||0|" + other], Split("{\"messages\":[" + other + "]}", "messaging-history.set"));
        const string group = """{"key":{"remoteJid":"1@g.us","fromMe":true},"userReceipt":[{"userJid":"12025550143@s.whatsapp.net"}]}""";
        Assert.Equal(["messages||0|" + group], Split("{\"messages\":[" + group + "]}", "messaging-history.set"));
    }

    [Theory]
    [InlineData("contacts.upsert")]
    [InlineData("messages.update")]
    [InlineData("message-receipt.update")]
    [InlineData("messages.reaction")]
    [InlineData("chats.update")]
    [InlineData("groups.upsert")]
    [InlineData("call")]
    public void A_list_is_split_into_its_items(string eventType) => Assert.Equal(["item||0|{}", "item||1|{}"], Split("[{},{}]", eventType));

    [Fact]
    public void Deleted_keys_are_split_and_a_cleared_chat_is_whole()
    {
        Assert.Equal(["keys||0|{\"id\":1}"], Split("""{"keys":[{"id":1}]}""", "messages.delete"));
        Assert.Equal(["||0|{\"jid\":\"x\",\"all\":true}"], Split("""{"jid":"x","all":true}""", "messages.delete"));
    }

    [Fact]
    public void A_webhooks_envelope_and_its_secret_are_left_behind()
    {
        Assert.Equal(["data||0|{\"key\":1}"], Split("""{"event":"messages.upsert","apikey":"secret","data":{"key":1}}""", "messages.upsert", "evolution"));
        Assert.Equal(["data||0|1", "data||1|2"], Split("""{"data":[1,2]}""", "MESSAGES_UPSERT", "evolution"));
        Assert.Equal(["messages||0|1"], Split("""{"data":[1]}""", "messages.set", "evolution"));
        Assert.Equal(["payload||0|{\"id\":1}"], Split("""{"event":"message","me":{},"payload":{"id":1}}""", "message", "waha"));
        Assert.Equal(["||0|{\"me\":{},\"payload\":{}}"], Split("""{"me":{},"payload":{}}""", "session.status", "waha"));
        Assert.Equal(["||0|{\"event\":\"message\"}"], Split("""{"event":"message"}""", "message", "waha"));
    }

    [Fact]
    public void Text_that_is_no_Unicode_stops_nothing()
    {
        Assert.Equal(["messages||0|{}"], Split("""{"messages":[{}],"type":"\ud83d"}"""));
        Assert.Equal(["messages|notify|0|{}"], Split("""{"messages":[{}],"type":"notif\u0079"}"""));
        Assert.Equal(["""||0|{"messag\ud83d":[],"messag\ud83e":[]}"""], Split("""{"messag\ud83d":[],"messag\ud83e":[]}"""));
    }

    [Fact]
    public void The_bytes_outlive_the_document()
    {
        IReadOnlyList<EventPart> parts;
        using (var document = JsonDocument.Parse("""{"messages":[{"a":1}]}""")) parts = EventSplitter.Split("baileys", "messages.upsert", document.RootElement);
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(parts[0].Json.Span));
    }
}
