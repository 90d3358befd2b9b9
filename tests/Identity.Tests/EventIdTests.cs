namespace Pipeline.Identity.Tests;

public class EventIdTests
{
    private const string Plain = """{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"A1","participant":""},"messageTimestamp":1760000000,"message":{"conversation":"hi"}}""";

    private static Guid Id(string json, string eventType = "messages.upsert", string part = "messages", long business = 7, string source = "baileys", string delivery = "notify") =>
        EventIds.Of(business, Reading.Item(json, eventType, part, source, delivery: delivery));

    [Theory]
    [InlineData(Plain, "messages.upsert", "messages", "98900f13-1d76-51bf-a9b4-7d89f2ebac39")]
    [InlineData("""[{"id":"1@lid"}]""", "contacts.upsert", "item", "5dd6404d-e4c6-5e90-8a47-d1b9bf45a531")]
    [InlineData("not json", "messages.upsert", "messages", "4b836f3e-16ee-5520-b654-40273d06b5d8")]
    public void Ids_never_change(string json, string eventType, string part, string id) => Assert.Equal(id, Id(json, eventType, part).ToString());

    [Fact]
    public void An_id_is_a_version_5_UUID() => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", Id(Plain).ToString());

    [Theory]
    [InlineData("""{"message":{"conversation":"hi"},"key":{"id":"A1","remoteJid":"82399031480511@lid"},"messageTimestamp":"1760000000"}""")]
    [InlineData("""{"key":{"remoteJid":"82399031480511@lid","fromMe":"false","id":"A1"},"retryCount":1,"message":{"messageContextInfo":{},"conversation":"hi"}}""")]
    public void One_message_has_one_id_however_it_is_dressed(string json) => Assert.Equal(Id(Plain), Id(json, delivery: "append"));

    [Theory]
    [InlineData("""{"key":{"remoteJid":"82399031480511@lid","fromMe":true,"id":"A1"},"message":{"conversation":"hi"}}""")]
    [InlineData("""{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"A2"},"message":{"conversation":"hi"}}""")]
    [InlineData("""{"key":{"remoteJid":"972555550101@s.whatsapp.net","fromMe":false,"id":"A1"},"message":{"conversation":"hi"}}""")]
    [InlineData("""{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"A1","participant":"57102938465720@lid"},"message":{"conversation":"hi"}}""")]
    [InlineData("""{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"A1"},"messageStubType":2}""")]
    [InlineData("""{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"A1"},"messageStubType":1,"message":null}""")]
    [InlineData("""{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"A1"},"message":null}""")]
    [InlineData("""{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"A1"},"message":{"editedMessage":{"message":{"conversation":"hi"}}}}""")]
    [InlineData("""{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"A1"},"message":{"protocolMessage":{"type":0,"key":{"id":"T"}}}}""")]
    [InlineData("""{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"A1"},"message":{"reactionMessage":{"text":"x","key":{"id":"T"}}}}""")]
    public void Anything_else_has_another_id(string json) => Assert.NotEqual(Id(Plain), Id(json));

    [Fact]
    public void Businesses_and_event_types_have_ids_of_their_own()
    {
        Assert.NotEqual(Id(Plain), Id(Plain, business: 8));
        Assert.NotEqual(Id(Plain), Id(Plain, "messaging-history.set"));
    }

    [Fact]
    public void The_stubs_type_counts_in_either_spelling() =>
        Assert.Equal(
            Id("""{"key":{"remoteJid":"1@lid","id":"A1"},"messageStubType":2}"""),
            Id("""{"key":{"remoteJid":"1@lid","id":"A1"},"messageStubType":"CIPHERTEXT"}"""));

    [Theory]
    [InlineData("messages.update", "item", """{"key":{"remoteJid":"1@lid","id":"A1"},"update":{"status":3}}""", """{"key":{"remoteJid":"1@lid","id":"A1"},"update":{"status":4}}""")]
    [InlineData("message-receipt.update", "item", """{"key":{"remoteJid":"1@g.us","id":"A1"},"receipt":{"userJid":"2@lid","readTimestamp":1}}""", """{"key":{"remoteJid":"1@g.us","id":"A1"},"receipt":{"userJid":"2@lid","receiptTimestamp":1}}""")]
    [InlineData("message-receipt.update", "item", """{"key":{"remoteJid":"1@g.us","id":"A1"},"receipt":{"userJid":"2@lid","readTimestamp":1}}""", """{"key":{"remoteJid":"1@g.us","id":"A1"},"receipt":{"userJid":"3@lid","readTimestamp":1}}""")]
    [InlineData("messages.reaction", "item", """{"key":{"remoteJid":"1@lid","id":"T"},"reaction":{"text":"x","key":{"remoteJid":"1@lid","id":"A1"}}}""", """{"key":{"remoteJid":"1@lid","id":"T"},"reaction":{"text":"","key":{"remoteJid":"1@lid","id":"A1"}}}""")]
    [InlineData("contacts.upsert", "item", """{"id":"1@lid","name":"a"}""", """{"id":"1@lid","name":"b"}""")]
    public void Two_events_about_one_message_differ_by_what_they_say(string eventType, string part, string one, string other)
    {
        Assert.Equal(Id(one, eventType, part), Id(one, eventType, part));
        Assert.NotEqual(Id(one, eventType, part), Id(other, eventType, part));
    }

    [Fact]
    public void Two_names_for_one_event_of_one_producer_give_one_id()
    {
        const string payload = """{"id":"false_12025550143@c.us_3A01","from":"12025550143@c.us","body":"hey"}""";
        Assert.Equal(Id(payload, "message", "payload", source: "waha"), Id(payload, "message.any", "payload", source: "waha"));
        Assert.Equal(Id(Plain, "messages.upsert", "data", source: "evolution"), Id(Plain, "MESSAGES_UPSERT", "data", source: "evolution"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("""{"key":7}""")]
    [InlineData("""{"key":{"remoteJid":7,"id":{}}}""")]
    [InlineData("""{"\ud83d":{},"key":{"remoteJid":"1@lid","id":"A"}}""")]
    public void Garbage_has_an_id_too(string json)
    {
        Assert.NotEqual(Guid.Empty, Id(json));
        Assert.Equal(Id(json), Id(json));
        Assert.NotEqual(Id(json), Id(json + " "));
    }
}
