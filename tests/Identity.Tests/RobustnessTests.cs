using System.Text;

namespace Pipeline.Identity.Tests;

public class RobustnessTests
{
    [Theory]
    [InlineData("\"status\":\"\\ud83d\"")]
    [InlineData("\"messageStubType\":\"\\ud83d\"")]
    [InlineData("\"messageTimestamp\":\"\\ud83d\"")]
    public void A_broken_text_beside_a_message_does_not_lose_it(string field) =>
        Assert.Equal("hey", Reading.Message("\"remoteJid\":\"12025550143@s.whatsapp.net\",\"fromMe\":\"\\ud83d\"", more: "," + field).Text);

    [Theory]
    [InlineData("{}", 2, EventKind.Undecryptable)]
    [InlineData("""{"messageContextInfo":{}}""", 40, EventKind.System)]
    [InlineData("{}", 1, EventKind.Revoke)]
    [InlineData("""{"conversation":"x"}""", 2, EventKind.Direct)]
    public void A_stub_speaks_where_the_message_is_empty(string message, int stub, EventKind kind) =>
        Assert.Equal(kind, Reading.Message("\"remoteJid\":\"12025550143@s.whatsapp.net\"", message, $",\"messageStubType\":{stub}").Kind);

    private static readonly string[] EventTypes =
    [
        "messages.upsert", "messages.update", "message-receipt.update", "messages.reaction", "messages.delete", "messages.edited", "messaging-history.set", "contacts.upsert",
        "chats.upsert", "lid-mapping.update", "groups.upsert", "group-participants.update", "call", "presence.update", "connection.update", "message", "message.ack",
        "message.reaction", "message.revoked",
    ];

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("hello")]
    [InlineData("{\"messageTimestamp\":NaN}")]
    public void Bytes_that_are_no_JSON_are_an_error(string bytes)
    {
        var read = Reading.Read(bytes);
        Assert.Equal((EventKind.Error, Faults.InvalidJson), (read.Kind, read.Fault));
    }

    [Fact]
    public void Nesting_without_end_is_an_error()
    {
        var read = Reading.Read(new string('[', 1_000_000));
        Assert.Equal((EventKind.Error, Faults.InvalidJson), (read.Kind, read.Fault));
        var deep = Reading.Read("{\"key\":{\"remoteJid\":\"1@lid\",\"id\":\"A\"},\"message\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_001));
        Assert.Equal(Faults.InvalidJson, deep.Fault);
    }

    [Fact]
    public void A_name_that_is_no_Unicode_text_is_survived()
    {
        var read = Reading.Read("""{"\ud83d":1,"key":{"\udc00":1,"remoteJid":"12025550143@s.whatsapp.net","id":"A"},"message":{"\ud83d":{},"conversation":"x"}}""");
        Assert.Equal((EventKind.Direct, "x"), (read.Kind, read.Text));
        Assert.NotNull(Reading.Read("""{"\ud83d\ud83d\ud83d":1,"from":"1@lid"}""", "call", "item"));
    }

    [Fact]
    public void A_roster_of_ten_thousand_is_learned_once_each()
    {
        var members = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $$"""{"id":"{{50_000_000_000_000 + i % 5_000}}@lid","phoneNumber":"{{972_550_000_000 + i % 5_000}}@s.whatsapp.net"}"""));
        Assert.Equal(5_000, Reading.Read("""{"id":"1@g.us","participants":[""" + members + "]}", "groups.upsert", "item").Pairs.Count);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("7")]
    [InlineData("\"x\"")]
    [InlineData("[]")]
    [InlineData("[[]]")]
    [InlineData("{}")]
    [InlineData("""{"key":[],"update":[],"receipt":[],"reaction":[],"message":[],"id":[],"from":[],"participants":{},"lid":[],"pn":[],"payload":[],"data":[],"keys":{},"_data":[]}""")]
    [InlineData("""{"key":{"remoteJid":"1@lid"},"update":{"message":{"editedMessage":7},"status":{},"messageStubType":[],"key":7},"receipt":{"userJid":[]},"reaction":{"key":{"remoteJid":"1@g.us"},"text":7}}""")]
    public void No_shape_of_JSON_throws(string json)
    {
        foreach (var source in new[] { "baileys", "evolution", "waha", "" })
        {
            foreach (var eventType in EventTypes)
            {
                foreach (var part in new[] { "", "messages", "item", "keys", "contacts", "chats", "lidPnMappings", "data", "payload" })
                {
                    var item = Reading.Item(json, eventType, part, source);
                    Assert.NotNull(EventReader.Read(item));
                    Assert.NotEqual(Guid.Empty, EventIds.Of(1, item));
                }
                using var document = RawBody.TryParse(Encoding.UTF8.GetBytes(json))!;
                Assert.NotNull(EventSplitter.Split(source, eventType, document.RootElement));
            }
        }
    }
}
