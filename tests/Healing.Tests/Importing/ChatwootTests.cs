using static Pipeline.Healing.Tests.Importing.Exports;

namespace Pipeline.Healing.Tests.Importing;

public class ChatwootTests
{
    [Fact]
    public void Contacts_with_one_number_in_two_spellings_are_merged() => Assert.Equal(
        ["contact:18 <- contact:17: number-form (+5511988776655)"],
        ChatwootCsv(""""
            id,name,email,phone_number,identifier,last_activity_at
            17,Ana,,+551188776655,551188776655@s.whatsapp.net,2025-01-01 10:00:00 UTC
            18,"Ana, from the ""shop""",,+5511988776655,5511988776655@s.whatsapp.net,2025-10-01 10:00:00 UTC
            """").Merges());

    [Fact]
    public void A_contact_with_a_LID_and_a_number_joins_what_has_either()
    {
        var history = Chatwoot("""
            {"meta":{"count":3},"payload":[
              {"id":1,"name":"Dana","phone_number":"+972501234567","identifier":null,"last_activity_at":1760000000,"contact_inboxes":[]},
              {"id":2,"name":"82399031480511","phone_number":null,"identifier":"82399031480511@lid","last_activity_at":1750000000},
              {"id":3,"name":"D.","phone_number":"+972501234567","identifier":"82399031480511@lid","last_activity_at":1740000000,"contact_inboxes":[{"source_id":"7c9d7e5e-53f6-4f1c-9a54-000000000001","inbox":{"id":6}}]}]}
            """);

        Assert.Equal(
            ["contact:1 <- contact:2: lid-is-phone (phone_number on line 4)", "contact:1 <- contact:3: same-address (972501234567@s.whatsapp.net)"],
            history.Merges());
    }

    [Fact]
    public void A_number_with_a_LIDs_digits_is_a_fake_phone()
    {
        var history = Chatwoot("""
            [{"id":2,"name":"Dana","phone_number":"+82399031480511","identifier":"82399031480511@lid"},
             {"id":4,"name":"Dana","phone_number":"+972501234567","custom_attributes":{"waha_whatsapp_jid":"972501234567@s.whatsapp.net","waha_whatsapp_lid":"82399031480511@lid"}}]
            """);

        Assert.Equal(["82399031480511@s.whatsapp.net"], MergedAddresses());
        Assert.Equal(["+82399031480511@s.whatsapp.net: the digits of a LID; its phone is +972501234567"], history.Findings("fake-phone"));

        string[] MergedAddresses() => [.. history.Chats.Single(chat => chat.Name == "contact:2").Addresses.Where(address => address.Address.EndsWith("net", StringComparison.Ordinal)).Select(address => address.Address)];
    }

    [Fact]
    public void Conversations_tell_of_their_contact_when_it_was_last_heard_of()
    {
        var history = Chatwoot("""
            {"data":{"meta":{"all_count":2},"payload":[
              {"id":7,"meta":{"sender":{"id":1,"name":"Dana","phone_number":"+972501234567","identifier":"972501234567@s.whatsapp.net"},"channel":"Channel::Api"},"messages":[{"id":70,"content":"Hi","message_type":0,"created_at":1750000000}],"last_activity_at":1750000000},
              {"id":8,"meta":{"sender":{"id":2,"name":"Dana","phone_number":null,"identifier":"82399031480511@lid"},"channel":"Channel::Api"},"messages":[],"last_activity_at":1760000000},
              {"id":9,"meta":{"sender":{"id":2,"phone_number":"+972501234567","identifier":"82399031480511@lid"}},"messages":[],"timestamp":1760000000}]}}
            """);

        Assert.Equal(["contact:2 <- contact:1: same-address (972501234567@s.whatsapp.net)"], history.Merges());
        Assert.Equal(1, history.Messages);
    }

    [Fact]
    public void Bare_digits_of_an_inbox_are_neither_a_phone_nor_a_LID()
    {
        var history = Chatwoot("""[{"id":2,"name":"Dana","phone_number":null,"contact_inboxes":[{"source_id":"82399031480511"}]},{"id":3,"name":"Dana","phone_number":"+82399031480511"}]""");

        Assert.Empty(history.Merges());
    }
}
