namespace Pipeline.Identity.Tests;

public class ContentTests
{
    [Theory]
    [InlineData("""{"conversation":"a"}""", "text", "a")]
    [InlineData("""{"conversation":""}""", "text", "")]
    [InlineData("""{"conversation":"","imageMessage":{"caption":"c"}}""", "image", "c")]
    [InlineData("""{"conversation":5}""", "text", null)]
    [InlineData("""{"extendedTextMessage":{"text":"a"}}""", "text", "a")]
    [InlineData("""{"videoMessage":{"caption":"v"}}""", "video", "v")]
    [InlineData("""{"documentMessage":{"fileName":"a.pdf"}}""", "document", null)]
    [InlineData("""{"documentWithCaptionMessage":{"message":{"documentMessage":{"caption":"d"}}}}""", "document", "d")]
    [InlineData("""{"stickerMessage":{}}""", "sticker", null)]
    [InlineData("""{"lottieStickerMessage":{"message":{"stickerMessage":{}}}}""", "sticker", null)]
    [InlineData("""{"locationMessage":{"degreesLatitude":1,"address":"1 Invented St"}}""", "location", "1 Invented St")]
    [InlineData("""{"contactMessage":{"displayName":"Zed","vcard":"BEGIN:VCARD\nTEL;waid=12025550143:+1"}}""", "contact", "Zed")]
    [InlineData("""{"listResponseMessage":{"title":"","singleSelectReply":{"selectedRowId":"size_l"}}}""", "list_reply", "size_l")]
    [InlineData("""{"buttonsResponseMessage":{"selectedButtonId":"b"}}""", "buttons_reply", "b")]
    [InlineData("""{"interactiveResponseMessage":{"body":{"text":"B"},"nativeFlowResponseMessage":{"paramsJson":"{}"}}}""", "interactive_reply", "B")]
    [InlineData("""{"interactiveResponseMessage":{"nativeFlowResponseMessage":{"paramsJson":"{}"}}}""", "interactive_reply", "{}")]
    [InlineData("""{"pollCreationMessageV4":{"message":{"pollCreationMessage":{"name":"Day?"}}}}""", "poll", "Day?")]
    [InlineData("""{"templateMessage":{"hydratedTemplate":{"hydratedContentText":"T"}}}""", "template", "T")]
    [InlineData("""{"viewOnceMessageV2Extension":{"message":{"audioMessage":{}}}}""", "audio", null)]
    [InlineData("""{"deviceSentMessage":{"destinationJid":"x","message":{"ephemeralMessage":{"message":{"conversation":"in"}}}}}""", "text", "in")]
    [InlineData("""{"productMessage":{"body":"","product":{"title":"Lamp"}}}""", "product", "Lamp")]
    [InlineData("""{"questionResponseMessage":{"key":{"id":"Q"},"text":"yes"}}""", "question_reply", "yes")]
    [InlineData("""{"statusQuotedMessage":{"text":"nice"}}""", "status_reply", "nice")]
    [InlineData("""{"somethingNewMessage":{"text":"?"}}""", "unknown", null)]
    [InlineData("""{"messageContextInfo":{}}""", null, null)]
    [InlineData("""{"ephemeralMessage":null,"conversation":"a"}""", "text", "a")]
    [InlineData("""{"ephemeralMessage":{"message":"no object"}}""", null, null)]
    public void Content_has_a_type_and_perhaps_a_text(string message, string? type, string? text)
    {
        var read = Reading.Content(message);
        Assert.Equal(EventKind.Direct, read.Kind);
        Assert.Equal(type, read.Type);
        Assert.Equal(text, read.Text);
    }

    [Fact]
    public void A_quote_is_never_the_text() =>
        Assert.Null(Reading.Content("""{"imageMessage":{"contextInfo":{"quotedMessage":{"conversation":"theirs"}}}}""").Text);

    [Fact]
    public void Key_material_alone_is_no_content() =>
        Assert.Equal(EventKind.System, Reading.Content("""{"senderKeyDistributionMessage":{"groupId":"1@g.us"}}""").Kind);

    [Theory]
    [InlineData("""{"protocolMessage":{"key":{"id":"T"}}}""", EventKind.Revoke, "T")]
    [InlineData("""{"protocolMessage":{"key":{"id":"T"},"type":0}}""", EventKind.Revoke, "T")]
    [InlineData("""{"protocolMessage":{"key":{"id":"T"},"type":"REVOKE"}}""", EventKind.Revoke, "T")]
    [InlineData("""{"protocolMessage":{}}""", EventKind.System, null)]
    [InlineData("""{"protocolMessage":{"type":11}}""", EventKind.System, null)]
    [InlineData("""{"protocolMessage":{"type":"HISTORY_SYNC_NOTIFICATION"}}""", EventKind.System, null)]
    [InlineData("""{"editedMessage":{"message":{"protocolMessage":{"key":{"id":"T"},"type":14,"editedMessage":{"conversation":"n"}}}}}""", EventKind.Edit, "T")]
    [InlineData("""{"secretEncryptedMessage":{"targetMessageKey":{"id":"T"},"secretEncType":2}}""", EventKind.Edit, "T")]
    [InlineData("""{"encReactionMessage":{"targetMessageKey":{"id":"T"}}}""", EventKind.Reaction, "T")]
    [InlineData("""{"pollUpdateMessage":{"pollCreationMessageKey":{"id":"T"}}}""", EventKind.PollVote, "T")]
    [InlineData("""{"pinInChatMessage":{"key":{"id":"T"}}}""", EventKind.System, null)]
    public void Control_messages_are_no_chat_content(string message, EventKind kind, string? target)
    {
        var read = Reading.Content(message);
        Assert.Equal(kind, read.Kind);
        Assert.Equal(target, read.TargetId);
    }

    [Fact]
    public void An_administrators_revoke_names_whose_message_it_was()
    {
        var read = Reading.Message("""
            "remoteJid":"120363000000000001@g.us","participant":"57102938465720@lid"
            """, """{"protocolMessage":{"key":{"id":"T","fromMe":false,"participant":"194458137862155@lid"},"type":0}}""");
        Assert.True(read.TargetFromMe);
        Assert.Equal("194458137862155", read.TargetAuthor!.Lid.ToString());
        Assert.False(read.FromMe);
    }

    [Fact]
    public void Nested_beyond_all_measure_the_message_goes_on_without_text()
    {
        var message = string.Concat(Enumerable.Repeat("{\"ephemeralMessage\":{\"message\":", 100)) + "{\"conversation\":\"x\"}" + new string('}', 200);
        var read = Reading.Content(message);
        Assert.Equal(EventKind.Direct, read.Kind);
        Assert.Null(read.Text);
        Assert.Equal(ReadNotes.TooManyWrappers, read.Notes);
    }

    [Theory]
    [InlineData("x\\ud83dy", "x\uFFFDy")]
    [InlineData("\\ude00", "\uFFFD")]
    [InlineData("\\ud83d\\ud83d\\ude00", "\uFFFD\U0001F600")]
    [InlineData("\\ud83d\\u0041", "\uFFFDA")]
    [InlineData("a\\u0000b", "a\uFFFDb")]
    [InlineData("\\\"\\\\\\/\\n\\t\\r\\b\\f\\u00e9", "\"\\/\n\t\r\b\fé")]
    [InlineData("😀 שלום", "😀 שלום")]
    public void A_text_is_always_storable(string json, string text) =>
        Assert.Equal(text, Reading.Content($$"""{"conversation":"{{json}}"}""").Text);

    [Fact]
    public void Broken_UTF8_is_replaced()
    {
        var bytes = Reading.Item("""{"key":{"remoteJid":"12025550143@s.whatsapp.net","id":"A"},"message":{"conversation":"a?b"}}""");
        var json = bytes.Json.ToArray();
        json[Array.IndexOf(json, (byte)'?')] = 0xFF;
        Assert.Equal("a\uFFFDb", EventReader.Read(bytes with { Json = json }).Text);
    }
}
