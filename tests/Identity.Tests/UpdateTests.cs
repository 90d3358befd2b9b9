namespace Pipeline.Identity.Tests;

public class UpdateTests
{
    [Theory]
    [InlineData("0", "ERROR")]
    [InlineData("2", "SERVER_ACK")]
    [InlineData("\"3\"", "DELIVERY_ACK")]
    [InlineData("\"PLAYED\"", "PLAYED")]
    public void A_status_is_a_receipt(string status, string word)
    {
        var read = Reading.Read("""{"key":{"remoteJid":"12025550143@s.whatsapp.net","id":"A","fromMe":true},"update":{"status":""" + status + "}}", "messages.update", "item");
        Assert.Equal(EventKind.Receipt, read.Kind);
        Assert.Equal(word, read.Status);
        Assert.Equal("A", read.TargetId);
        Assert.Null(read.Author);
    }

    [Fact]
    public void The_other_side_is_the_reader_of_a_direct_message()
    {
        Assert.Equal("+12025550143", Reading.Read("""{"key":{"remoteJid":"12025550143@c.us","id":"A","fromMe":true},"update":{"status":4}}""", "messages.update", "item").Reader!.Phone.ToString());
        Assert.True(Reading.Read("""{"key":{"remoteJid":"12025550143@c.us","id":"A","fromMe":false},"update":{"status":4}}""", "messages.update", "item").Reader!.IsBusiness);
    }

    [Fact]
    public void An_edited_content_is_an_edit_by_the_messages_author()
    {
        var read = Reading.Read("""
            {"key":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972555550101@s.whatsapp.net","id":"A","fromMe":false},
             "update":{"message":{"protocolMessage":{"type":14},"editedMessage":{"message":{"conversation":"new"}}},"messageTimestamp":1760000000}}
            """, "messages.update", "item");
        Assert.Equal(EventKind.Edit, read.Kind);
        Assert.Equal("new", read.Text);
        Assert.Equal("A", read.TargetId);
        Assert.False(read.TargetFromMe);
        Assert.Equal("+972555550101", read.Author!.Phone.ToString());
    }

    [Fact]
    public void A_late_content_is_the_message_itself()
    {
        var read = Reading.Read("""{"key":{"remoteJid":"12025550143@c.us","id":"A"},"update":{"message":{"conversation":"here"}}}""", "messages.update", "item");
        Assert.Equal(EventKind.Direct, read.Kind);
        Assert.Equal("here", read.Text);
        Assert.Null(read.TargetId);
    }

    [Fact]
    public void A_readers_device_is_not_part_of_the_reader()
    {
        var read = Reading.Read("""
            {"key":{"remoteJid":"120363000000000001@g.us","id":"A","fromMe":true,"participant":"57102938465720:33@lid"},"receipt":{"userJid":"57102938465720:33@lid","readTimestamp":1760000000}}
            """, "message-receipt.update", "item");
        Assert.Equal("57102938465720", read.Reader!.Lid.ToString());
        Assert.Equal("READ", read.Status);
        Assert.Equal(1760000000, read.SentAt!.Value.ToUnixTimeSeconds());
        Assert.Null(read.Peer);
    }

    [Fact]
    public void A_cleared_chat_is_a_deletion_without_a_target()
    {
        var read = Reading.Read("""{"jid":"12025550143@s.whatsapp.net","all":true}""", "messages.delete", "");
        Assert.Equal(EventKind.Delete, read.Kind);
        Assert.Null(read.TargetId);
        Assert.Equal("+12025550143", read.Peer!.Phone.ToString());
    }

    [Theory]
    [InlineData("""{"key":null,"update":{}}""", Faults.MissingKey)]
    [InlineData("""{"key":{"remoteJid":"x"},"update":{}}""", Faults.InvalidJid)]
    [InlineData("""{"key":{"remoteJid":"1@lid"},"update":7}""", Faults.InvalidType)]
    [InlineData("7", Faults.InvalidType)]
    public void A_bad_update_is_refused(string json, string fault)
    {
        var read = Reading.Read(json, "messages.update", "item");
        Assert.Equal(EventKind.Error, read.Kind);
        Assert.Equal(fault, read.Fault);
    }

    [Fact]
    public void Evolutions_flat_update_is_a_receipt()
    {
        var read = Reading.Read("""{"keyId":"A","remoteJid":"12025550143@s.whatsapp.net","fromMe":true,"participant":"","status":"READ","messageId":"x"}""", "messages.update", "data", "evolution");
        Assert.Equal(EventKind.Receipt, read.Kind);
        Assert.Equal("READ", read.Status);
        Assert.Equal("A", read.TargetId);
    }

    [Fact]
    public void Evolutions_edit_by_the_business_is_in_the_contacts_chat()
    {
        var read = Reading.Read("""{"key":{"remoteJid":"12025550143@s.whatsapp.net","fromMe":true,"id":"T"},"type":"MESSAGE_EDIT","editedMessage":{"conversation":"new"}}""", "send.message.update", "data", "evolution");
        Assert.Equal((EventKind.Edit, "T", "new", true), (read.Kind, read.TargetId, read.Text, read.FromMe));
        Assert.Equal("+12025550143", read.Peer!.Phone.ToString());
    }

    [Fact]
    public void In_a_group_Evolution_does_not_say_whose_message_was_revoked()
    {
        var read = Reading.Read("""{"remoteJid":"120363000000000001@g.us","fromMe":false,"id":"T","participant":"82399031480511@lid"}""", "messages.delete", "data", "evolution");
        Assert.Equal((EventKind.Revoke, "T", null), (read.Kind, read.TargetId, read.TargetFromMe));
        Assert.Equal("82399031480511", read.Author!.Lid.ToString());
    }

    [Fact]
    public void An_older_Evolution_names_the_message_by_id_alone()
    {
        var read = Reading.Read("""{"id":"A","remoteJid":"12025550143@s.whatsapp.net","fromMe":true,"status":"DELIVERY_ACK","owner":"acme"}""", "messages.update", "data", "evolution");
        Assert.Equal((EventKind.Receipt, "DELIVERY_ACK", "A"), (read.Kind, read.Status, read.TargetId));
    }

    [Fact]
    public void A_vote_is_the_voters_and_not_the_polls_authors()
    {
        var read = Reading.Read("""
            {"key":{"remoteJid":"120363000000000001@g.us","id":"POLL","fromMe":true,"participant":"194458137862155@lid"},
             "update":{"pollUpdates":[{"pollUpdateMessageKey":{"remoteJid":"120363000000000001@g.us","id":"VOTE","fromMe":false,"participant":"82399031480511@lid","participantPn":"972555550101@s.whatsapp.net"},
              "vote":{"selectedOptions":["BwcH"]},"senderTimestampMs":1760000009000}]}}
            """, "messages.update", "item");
        Assert.Equal((EventKind.PollVote, "VOTE", "POLL", true), (read.Kind, read.MessageId, read.TargetId, read.TargetFromMe));
        Assert.Equal("+972555550101", read.Author!.Phone.ToString());
        Assert.False(read.FromMe);
        Assert.Equal("82399031480511", Assert.Single(read.Pairs).Lid.ToString());
        Assert.Equal(1760000009, read.SentAt!.Value.ToUnixTimeSeconds());
    }

    [Fact]
    public void An_answer_to_an_invitation_is_the_guests()
    {
        var read = Reading.Read("""
            {"key":{"remoteJid":"82399031480511@lid","id":"EVENT","fromMe":true},
             "update":{"eventResponses":[{"eventResponseMessageKey":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972555550101@s.whatsapp.net","id":"ANSWER","fromMe":false}}]}}
            """, "messages.update", "item");
        Assert.Equal((EventKind.System, "event_response", "EVENT"), (read.Kind, read.Type, read.TargetId));
        Assert.Equal("+972555550101", read.Author!.Phone.ToString());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[7]")]
    [InlineData("""[{"pollUpdateMessageKey":null}]""")]
    [InlineData("""[{"pollUpdateMessageKey":{"remoteJid":"x"}}]""")]
    public void A_vote_without_a_readable_voter_is_nobodys(string updates)
    {
        var read = Reading.Read("""{"key":{"remoteJid":"12025550143@c.us","id":"POLL","fromMe":true},"update":{"pollUpdates":""" + updates + "}}", "messages.update", "item");
        Assert.Equal((EventKind.PollVote, "POLL"), (read.Kind, read.TargetId));
        Assert.Null(read.Author);
    }

    [Fact]
    public void Evolutions_edit_has_a_target_though_its_chat_is_the_business()
    {
        var read = Reading.Read("""{"key":{"remoteJid":"972555550100@s.whatsapp.net","fromMe":true,"id":"T"},"type":"MESSAGE_EDIT","editedMessage":{"conversation":"new"}}""", "messages.edited", "data", "evolution");
        Assert.Equal(EventKind.Edit, read.Kind);
        Assert.Equal("T", read.TargetId);
        Assert.Equal("new", read.Text);
        Assert.Null(read.Peer);
        Assert.False(read.FromMe);
    }
}
