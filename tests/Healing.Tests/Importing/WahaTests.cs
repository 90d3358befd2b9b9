using static Pipeline.Healing.Tests.Importing.Exports;

namespace Pipeline.Healing.Tests.Importing;

public class WahaTests
{
    [Fact]
    public void The_list_of_LIDs_merges_the_chats_of_the_overview() => Assert.Equal(
        ["82399031480511@lid <- 972501234567@s.whatsapp.net: lid-is-phone (lid-mapping on line 6)"],
        Waha("""
            {"chats": [
              {"id":"82399031480511@lid","name":"Dana","picture":null,"lastMessage":{"id":"false_82399031480511@lid_AAA1","timestamp":1760000500,"from":"82399031480511@lid","fromMe":false,"body":"Hello?"},"_chat":{"id":"82399031480511@lid","conversationTimestamp":1760000500}},
              {"id":"972501234567@c.us","name":"Dana","picture":null,"lastMessage":{"id":"true_972501234567@c.us_AAA2","timestamp":1750000000,"from":"972501234567@c.us","fromMe":true,"body":"Hi"},"_chat":{"id":"972501234567@c.us"}}
             ],
             "lids": [
              {"lid":"82399031480511@lid","pn":"972501234567@c.us"},
              {"lid":"71188022370400@lid","pn":null}
             ]}
            """).Merges());

    [Fact]
    public void The_engines_own_record_inside_a_message_names_both_addresses()
    {
        var history = Waha("""
            [{"id":"false_82399031480511@lid_AAA1","timestamp":1760000500,"from":"82399031480511@lid","fromMe":false,"body":"Hello?","_data":{"key":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972501234567@s.whatsapp.net","fromMe":false,"id":"AAA1"},"messageTimestamp":1760000500}}]
            [{"id":"false_972501234567@c.us_AAA2","timestamp":1750000000,"from":"972501234567@c.us","fromMe":false,"body":"Hi"}]
            """);

        Assert.Equal(2, history.Messages);
        Assert.Equal(["82399031480511@lid <- 972501234567@s.whatsapp.net: lid-is-phone (remoteJidAlt on line 1)"], history.Merges());
    }

    [Fact]
    public void The_Go_engines_alternates_are_read() => Assert.Equal(
        ["82399031480511@lid <- 972501234567@s.whatsapp.net: lid-is-phone (SenderAlt on line 1)"],
        Waha("""
            {"id":"false_82399031480511@lid_AAA1","timestamp":1760000500,"from":"82399031480511@lid","fromMe":false,"body":"Hello?","_data":{"Info":{"Chat":"82399031480511@lid","Sender":"82399031480511@lid","SenderAlt":"972501234567@s.whatsapp.net"}}}
            {"id":"false_972501234567@c.us_AAA2","timestamp":1750000000,"from":"972501234567@c.us","fromMe":false,"body":"Hi"}
            """).Merges());

    [Fact]
    public void The_two_spellings_of_the_phone_server_are_one_chat()
    {
        var history = Waha("""
            {"id":"972501234567@c.us","name":"Dana","conversationTimestamp":1760000000}
            {"id":"false_972501234567@c.us_AAA2","timestamp":1750000000,"from":"972501234567@c.us","fromMe":false,"body":"Hi"}
            """);

        Assert.Equal(1, Assert.Single(history.Chats).Messages);
        Assert.Empty(history.Merges());
    }

    [Fact]
    public void The_number_of_a_contact_known_by_LID_is_no_phone()
    {
        var history = Waha("""
            {"contacts":[{"id":"82399031480511@lid","number":"82399031480511","name":"Dana","pushname":"Dana","isMe":false,"isGroup":false}],
             "chats":[{"id":"82399031480511@lid","name":"Dana"},{"id":"82399031480511@c.us","name":"Dana"}]}
            """);

        Assert.Equal(["82399031480511@lid <- 82399031480511@s.whatsapp.net: lid-taken-for-phone (82399031480511 is a LID)"], history.Merges());
        Assert.Equal(["82399031480511@lid: the export does not say its phone"], history.Findings("lid-without-phone"));
    }

    [Fact]
    public void Ids_as_browsers_engines_write_them_are_read() => Assert.Single(
        Waha("""[{"id":{"server":"c.us","user":"972501234567","_serialized":"972501234567@c.us"},"name":"Dana","isGroup":false,"timestamp":1760000000}]""").Chats);

    [Fact]
    public void Contacts_that_name_both_addresses_are_evidence() => Assert.Equal(
        ["972501234567@s.whatsapp.net <- 82399031480511@lid: lid-is-phone (contact.phoneNumber on line 2)"],
        Waha("""
            {"chats":[{"id":"82399031480511@lid","conversationTimestamp":1750000000},{"id":"972501234567@c.us","conversationTimestamp":1760000000}],
             "contacts":[{"id":"82399031480511@lid","lid":"82399031480511@lid","phoneNumber":"972501234567@s.whatsapp.net","notify":"Dana"}]}
            """).Merges());
}
