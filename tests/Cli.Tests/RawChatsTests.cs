using System.Text;
using Pipeline.Cli.Conversations;
using Pipeline.Cli.Sending;

namespace Pipeline.Cli.Tests;

public class RawChatsTests
{
    private readonly RawChats chats = new();

    [Fact]
    public void The_device_of_an_address_is_cut_off_and_nothing_else()
    {
        Add("""{"messages":[{"key":{"remoteJid":"972555550101:5@s.whatsapp.net","id":"A"},"pushName":"Dana"},{"key":{"remoteJid":"972555550101@c.us","id":"B"}}]}""");
        Assert.Equal(["972555550101@c.us", "972555550101@s.whatsapp.net"], chats.All.Select(chat => chat.Address).Order());
    }

    [Fact]
    public void A_message_delivered_twice_counts_once()
    {
        Add("""{"messages":[{"key":{"remoteJid":"1@lid","id":"A"}}]}""");
        Add("""{"chats":[{"messages":[{"message":{"key":{"remoteJid":"1@lid","id":"A"}}}]}],"messages":[{"key":{"remoteJid":"1@lid","id":"A"}}]}""");
        Assert.Equal(1, chats.All.Single().Messages);
    }

    [Fact]
    public void Groups_status_posts_channels_and_control_messages_are_no_conversation_with_a_person()
    {
        Add("""
            {"messages":[{"key":{"remoteJid":"120363000000000001@g.us","id":"A"}},{"key":{"remoteJid":"status@broadcast","id":"B","participant":"1@lid"}},
            {"key":{"remoteJid":"1@newsletter","id":"C"}},{"key":{"remoteJid":"1@lid","id":"D"},"message":{"reactionMessage":{}}},
            {"key":{"remoteJid":"1@lid","id":"E"},"message":{"protocolMessage":{}}},null,{"key":null},{"key":{"remoteJid":7,"id":"F"}}]}
            """);
        Assert.Empty(chats.All);
    }

    [Fact]
    public void A_received_broadcast_list_is_a_chat_with_its_author()
    {
        Add("""{"messages":[{"key":{"remoteJid":"1700000001@broadcast","participant":"1@lid","id":"A"}}]}""");
        Assert.Equal("1@lid", chats.All.Single().Address);
    }

    [Fact]
    public void The_business_does_not_name_its_customers()
    {
        Add("""{"messages":[{"key":{"remoteJid":"1@lid","id":"A","fromMe":true},"pushName":"Acme Support"}]}""");
        Assert.Equal("", chats.All.Single().Name);
    }

    [Theory]
    [InlineData("""{"event":"messages.upsert","data":{"key":{"remoteJid":"1@lid","id":"A"}}}""")]
    [InlineData("""{"event":"message","payload":{"id":"false_1@lid_A","from":"1@lid","fromMe":false}}""")]
    [InlineData("""{"event":"message.any","payload":{"id":"true_1@lid_A","from":"2@c.us","to":"1@lid","fromMe":true}}""")]
    public void Messages_of_Evolution_and_WAHA_count_as_well(string data)
    {
        Add(data);
        Assert.Equal("1@lid", chats.All.Single().Address);
    }

    private void Add(string data) => chats.Add(new InputLine(1, 1, "baileys", Encoding.UTF8.GetBytes($$"""{"business":1,"data":{{data}}}""")));
}
