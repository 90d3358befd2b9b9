using static Pipeline.Healing.Tests.Importing.Exports;

namespace Pipeline.Healing.Tests.Importing;

public class EvolutionTests
{
    [Fact]
    public void A_chat_by_LID_and_one_by_phone_are_merged_into_the_newer_one_when_a_message_names_both() => Assert.Equal(
        ["82399031480511@lid <- 972501234567@s.whatsapp.net: lid-is-phone (remoteJidAlt on line 2)"],
        Evolution("""
            {"key":{"id":"A1","fromMe":false,"remoteJid":"972501234567@s.whatsapp.net"},"pushName":"Dana","messageType":"conversation","message":{"conversation":"Hi"},"messageTimestamp":1760000000,"instanceId":"shop"}
            {"key":{"id":"A2","fromMe":false,"remoteJid":"82399031480511@lid","remoteJidAlt":"972501234567@s.whatsapp.net","addressingMode":"lid"},"pushName":"Dana","message":{"conversation":"Hello?"},"messageTimestamp":1760000500,"instanceId":"shop"}
            """).Merges());

    [Fact]
    public void A_LID_that_no_message_explains_stays_by_itself_and_is_listed()
    {
        var history = Evolution("""
            [{"key":{"id":"A1","fromMe":false,"remoteJid":"972501234567@s.whatsapp.net"},"pushName":"Dana","messageTimestamp":1760000000},
             {"key":{"id":"A2","fromMe":false,"remoteJid":"82399031480511@lid"},"pushName":"Dana","messageTimestamp":1760000001}]
            """);

        Assert.Empty(history.Merges());
        Assert.Equal(["82399031480511@lid: the export does not say its phone"], history.Findings("lid-without-phone"));
    }

    [Fact]
    public void What_findMessages_answers_is_read_page_after_page()
    {
        var history = Evolution("""
            {"messages":{"total":2,"pages":2,"currentPage":1,"records":[
              {"id":"cm1","key":{"id":"A1","fromMe":true,"remoteJid":"82399031480511@lid","remoteJidAlt":"972501234567@s.whatsapp.net"},"messageTimestamp":1760000000,"MessageUpdate":[{"status":"READ"}]}]}}
            {"messages":{"total":2,"pages":2,"currentPage":2,"records":[
              {"id":"cm2","key":{"id":"A2","fromMe":false,"remoteJid":"972501234567@s.whatsapp.net"},"messageTimestamp":1760000009,"MessageUpdate":[]}]}}
            """);

        Assert.Equal(2, history.Messages);
        Assert.Equal(["972501234567@s.whatsapp.net <- 82399031480511@lid: lid-is-phone (remoteJidAlt on line 2)"], history.Merges());
    }

    [Fact]
    public void What_findChats_answers_counts_no_message_but_knows_when_the_last_one_was() => Assert.Equal(
        ["82399031480511@lid <- 972501234567@s.whatsapp.net: lid-is-phone (remoteJidAlt on line 1)"],
        Evolution("""
            [{"id":null,"remoteJid":"82399031480511@lid","pushName":"Dana","unreadCount":2,"lastMessage":{"id":"cm1","key":{"id":"A2","fromMe":false,"remoteJid":"82399031480511@lid","remoteJidAlt":"972501234567@s.whatsapp.net"},"messageTimestamp":1760000500}},
             {"id":"cm2","remoteJid":"972501234567@s.whatsapp.net","pushName":"Dana","unreadCount":0,"lastMessage":{"id":"cm3","key":{"id":"A1","fromMe":true,"remoteJid":"972501234567@s.whatsapp.net"},"messageTimestamp":1750000000}}]
            """).Merges());

    [Fact]
    public void Tables_dumped_into_one_object_are_read_whatever_their_order()
    {
        var history = Evolution("""
            {
              "IsOnWhatsapp": [
                {"id":"w1","remoteJid":"972501234567@s.whatsapp.net","jidOptions":"972501234567@s.whatsapp.net,82399031480511@lid","lid":"lid","updatedAt":"2025-10-09T08:00:00.000Z"}
              ],
              "Contact": [{"id":"c1","remoteJid":"82399031480511@lid","pushName":"Dana","profilePicUrl":null,"instanceId":"shop"}],
              "Chat": [
                {"id":"h1","remoteJid":"82399031480511@lid","name":null,"labels":null,"unreadMessages":0,"instanceId":"shop"},
                {"id":"h2","remoteJid":"972501234567@s.whatsapp.net","name":null,"labels":null,"unreadMessages":0,"instanceId":"shop"}
              ],
              "Message": []
            }
            """);

        Assert.Equal(1, history.Contacts);
        Assert.Equal(["972501234567@s.whatsapp.net <- 82399031480511@lid: lid-is-phone (jidOptions on line 3)"], history.Merges());
    }

    [Fact]
    public void Keys_that_a_dump_wrote_as_text_are_read() => Assert.Equal(
        ["82399031480511@lid <- 972501234567@s.whatsapp.net: lid-is-phone (remoteJidAlt on line 1)"],
        Evolution("""
            {"id":"m1","key":"{\"id\":\"A2\",\"fromMe\":false,\"remoteJid\":\"82399031480511@lid\",\"remoteJidAlt\":\"972501234567@s.whatsapp.net\"}","messageTimestamp":1760000500}
            {"id":"m2","key":"{\"id\":\"A1\",\"fromMe\":false,\"remoteJid\":\"972501234567@s.whatsapp.net\"}","messageTimestamp":1760000000}
            """).Merges());

    [Theory]
    [InlineData("551188776655@s.whatsapp.net", "5511988776655@s.whatsapp.net", "+5511988776655")]
    [InlineData("5215512345678@s.whatsapp.net", "525512345678@s.whatsapp.net", "+525512345678")]
    [InlineData("54111512345678@s.whatsapp.net", "5491112345678@s.whatsapp.net", "+5491112345678")]
    public void Two_spellings_of_one_number_are_one_person(string older, string newer, string canonical) => Assert.Equal(
        [$"{newer} <- {older}: number-form ({canonical})"],
        Evolution($$$"""
            {"key":{"id":"A1","fromMe":false,"remoteJid":"{{{older}}}"},"messageTimestamp":1750000000}
            {"key":{"id":"A2","fromMe":false,"remoteJid":"{{{newer}}}"},"messageTimestamp":1760000000}
            """).Merges());

    [Fact]
    public void A_chat_that_was_filed_under_a_device_goes_to_the_person() => Assert.Equal(
        ["972501234567@s.whatsapp.net <- 972501234567:3@s.whatsapp.net: device (972501234567@s.whatsapp.net)"],
        Evolution("""
            {"key":{"id":"A1","fromMe":false,"remoteJid":"972501234567:3@s.whatsapp.net"},"messageTimestamp":1750000000}
            {"key":{"id":"A2","fromMe":false,"remoteJid":"972501234567@s.whatsapp.net"},"messageTimestamp":1760000000}
            """).Merges());

    [Fact]
    public void Digits_of_a_LID_on_the_phone_server_are_a_fake_phone_and_go_to_the_LID()
    {
        var history = Evolution("""
            {"key":{"id":"A1","fromMe":false,"remoteJid":"82399031480511@s.whatsapp.net"},"messageTimestamp":1750000000}
            {"key":{"id":"A2","fromMe":false,"remoteJid":"82399031480511@lid"},"messageTimestamp":1760000000}
            """);

        Assert.Equal(["82399031480511@lid <- 82399031480511@s.whatsapp.net: lid-taken-for-phone (82399031480511 is a LID)"], history.Merges());
        Assert.Equal(["82399031480511@s.whatsapp.net: the digits of a LID; no mapping known"], history.Findings("fake-phone"));
        Assert.All(history.Chats, chat => Assert.NotNull(chat.LastMessageAt));
    }

    [Fact]
    public void A_fake_phone_finds_its_person_through_the_LIDs_mapping()
    {
        var history = Evolution("""
            {"key":{"id":"A1","fromMe":false,"remoteJid":"82399031480511@s.whatsapp.net"},"messageTimestamp":1750000000}
            {"key":{"id":"A2","fromMe":false,"remoteJid":"972501234567@s.whatsapp.net","remoteJidAlt":"82399031480511@lid"},"messageTimestamp":1760000000}
            """);

        Assert.Equal(["972501234567@s.whatsapp.net <- 82399031480511@s.whatsapp.net: lid-taken-for-phone (remoteJidAlt on line 2)"], history.Merges());
        Assert.Equal(["82399031480511@s.whatsapp.net: the digits of a LID; its phone is +972501234567"], history.Findings("fake-phone"));
    }

    [Fact]
    public void Whom_a_message_quotes_and_what_somebody_is_called_are_no_evidence() => Assert.Empty(
        Evolution("""
            {"key":{"id":"A1","fromMe":false,"remoteJid":"82399031480511@lid"},"pushName":"Dana","message":{"extendedTextMessage":{"text":"yes","contextInfo":{"participant":"972501234567@s.whatsapp.net"}}},"contextInfo":{"participant":"972501234567@s.whatsapp.net"},"messageTimestamp":1760000000}
            {"key":{"id":"A2","fromMe":false,"remoteJid":"972501234567@s.whatsapp.net"},"pushName":"Dana","messageTimestamp":1760000000}
            """).Merges());

    [Fact]
    public void The_business_itself_is_nobodys_other_address() => Assert.Empty(
        Evolution("""
            {"key":{"id":"A1","fromMe":true,"remoteJid":"82399031480511@lid","remoteJidAlt":"972525550100@s.whatsapp.net"},"messageTimestamp":1760000000}
            {"key":{"id":"A2","fromMe":true,"remoteJid":"972525550100@s.whatsapp.net"},"messageTimestamp":1760000000}
            {"id":"i1","name":"shop","ownerJid":"972525550100@s.whatsapp.net"}
            """).Merges());

    [Fact]
    public void A_phone_beside_four_LIDs_is_nobodys_among_them()
    {
        var history = Evolution(string.Join('\n', Enumerable.Range(1, 4).Select(n =>
            $$$"""{"key":{"id":"A{{{n}}}","fromMe":true,"remoteJid":"8239903148051{{{n}}}@lid","remoteJidAlt":"972525550100@s.whatsapp.net"},"messageTimestamp":1760000000}""")));

        Assert.Empty(history.Merges());
        Assert.Equal(["+972525550100: said to be the phone of 4 LIDs: probably the business's own number; not used"], history.Findings("contradiction"));
    }

    [Fact]
    public void Of_two_phones_of_one_LID_the_newer_statement_stands_and_the_other_is_listed()
    {
        var history = Evolution("""
            {"key":{"id":"A1","fromMe":false,"remoteJid":"82399031480511@lid","remoteJidAlt":"972501111111@s.whatsapp.net"},"messageTimestamp":1750000000}
            {"key":{"id":"A2","fromMe":false,"remoteJid":"82399031480511@lid","remoteJidAlt":"972502222222@s.whatsapp.net"},"messageTimestamp":1760000000}
            {"key":{"id":"A3","fromMe":false,"remoteJid":"972501111111@s.whatsapp.net"},"messageTimestamp":1740000000}
            {"key":{"id":"A4","fromMe":false,"remoteJid":"972502222222@s.whatsapp.net"},"messageTimestamp":1740000000}
            """);

        Assert.Equal(["82399031480511@lid <- 972502222222@s.whatsapp.net: lid-is-phone (remoteJidAlt on line 2)"], history.Merges());
        Assert.Equal(["82399031480511@lid: said to be +972501111111 here and +972502222222 on line 2, which stands"], history.Findings("contradiction"));
    }

    [Fact]
    public void Strangers_whom_Evolution_filed_together_are_not_merged()
    {
        var history = Evolution("""
            {"remoteJid":"972501111111@s.whatsapp.net","jidOptions":"972501111111@s.whatsapp.net,972502222222@s.whatsapp.net,82399031480511@lid"}
            {"key":{"id":"A3","fromMe":false,"remoteJid":"972501111111@s.whatsapp.net"},"messageTimestamp":1740000000}
            {"key":{"id":"A4","fromMe":false,"remoteJid":"82399031480511@lid"},"messageTimestamp":1740000000}
            """);

        Assert.Empty(history.Merges());
        Assert.Equal("jidOptions with several numbers or LIDs, which are not one person for certain", Assert.Single(history.Unread).Why);
    }

    [Fact]
    public void The_spellings_that_Evolution_lists_of_a_Brazilian_number_are_one_number() => Assert.Equal(
        ["5511988776655@s.whatsapp.net <- 82399031480511@lid: lid-is-phone (jidOptions on line 1)"],
        Evolution("""
            {"remoteJid":"551188776655@s.whatsapp.net","jidOptions":"5511988776655@s.whatsapp.net,551188776655@s.whatsapp.net,82399031480511@lid"}
            {"key":{"id":"A3","fromMe":false,"remoteJid":"5511988776655@s.whatsapp.net"},"messageTimestamp":1750000000}
            {"key":{"id":"A4","fromMe":false,"remoteJid":"82399031480511@lid"},"messageTimestamp":1740000000}
            """).Merges());

    [Fact]
    public void Groups_are_left_alone_and_teach_who_their_members_are()
    {
        var history = Evolution("""
            {"key":{"id":"A1","fromMe":false,"remoteJid":"120363041967849074@g.us","participant":"82399031480511@lid","participantAlt":"972501234567@s.whatsapp.net"},"messageTimestamp":1760000000}
            {"key":{"id":"A2","fromMe":false,"remoteJid":"82399031480511@lid"},"messageTimestamp":1760000001}
            {"key":{"id":"A3","fromMe":false,"remoteJid":"972501234567@s.whatsapp.net"},"messageTimestamp":1760000000}
            """);

        Assert.Equal(1, history.Groups);
        Assert.Equal(["82399031480511@lid <- 972501234567@s.whatsapp.net: lid-is-phone (participantAlt on line 1)"], history.Merges());
    }
}
