namespace Pipeline.Identity.Tests;

public class WahaTests
{
    private static ReadEvent Read(string payload, string eventType = "message") => Reading.Read(payload, eventType, "payload", "waha");

    [Fact]
    public void Without_a_raw_record_the_id_names_the_chat()
    {
        var read = Read("""{"id":"true_12025550143@c.us_3A01","timestamp":1760000000,"from":"972555550100@c.us","fromMe":true,"to":"12025550143@c.us","body":"hey"}""");
        Assert.Equal((EventKind.Direct, "3A01", true, "hey"), (read.Kind, read.MessageId, read.FromMe, read.Text));
        Assert.Equal("+12025550143", read.Peer!.Phone.ToString());
        Assert.True(read.Author!.IsBusiness);
    }

    [Fact]
    public void A_group_message_has_its_author_beside_the_id()
    {
        var read = Read("""{"id":"false_120363000000000001@g.us_3A01_57102938465720@lid","fromMe":false,"participant":"57102938465720@lid","body":"","hasMedia":true,"media":{"mimetype":"image/png"}}""");
        Assert.Equal((EventKind.Group, "57102938465720", "image"), (read.Kind, read.Author!.Lid.ToString(), read.Type));
    }

    [Fact]
    public void A_group_messages_author_may_stand_in_the_id_alone()
    {
        var read = Read("""{"id":"false_120363000000000001@g.us_3A01_12025550143@c.us","from":"120363000000000001@g.us","fromMe":false,"body":"hey"}""");
        Assert.Equal((EventKind.Group, "+12025550143", null), (read.Kind, read.Author!.Phone.ToString(), read.Fault));
    }

    [Fact]
    public void A_phone_in_the_id_and_a_LID_in_the_raw_record_are_a_pair()
    {
        var read = Read("""{"id":"true_12025550143@c.us_3A01","from":"972555550100@c.us","to":"12025550143@c.us","fromMe":true,"_data":{"key":{"remoteJid":"57102938465720@lid","fromMe":true,"id":"3A01"},"message":{"conversation":"hey"}}}""");
        Assert.Equal(("+12025550143", "57102938465720"), (read.Peer!.Phone.ToString(), read.Peer.Lid.ToString()));
        Assert.Equal(new LearnedPair(read.Peer.Lid!.Value, read.Peer.Phone!.Value, "id", MappingGrade.Strong), Assert.Single(read.Pairs));
    }

    [Fact]
    public void A_calls_time_is_its_timestamp() =>
        Assert.Equal(1760000000, Read("""{"id":"C","from":"12025550143@c.us","timestamp":1760000000,"isVideo":false}""", "call.received").SentAt!.Value.ToUnixTimeSeconds());

    [Fact]
    public void The_Go_engines_alternates_are_evidence()
    {
        var read = Read("""{"id":"false_57102938465720@lid_3A01","fromMe":false,"body":"x","_data":{"Info":{"SenderAlt":"12025550143:3@s.whatsapp.net","PushName":"Noa"}}}""");
        Assert.Equal(("+12025550143", EvidenceSource.Envelope, "Noa"), (read.Peer!.Phone.ToString(), read.Source, read.PushName));
    }

    [Theory]
    [InlineData("-1", "ERROR")]
    [InlineData("1", "SERVER_ACK")]
    [InlineData("3", "READ")]
    [InlineData("4", "PLAYED")]
    public void Its_acknowledgements_count_from_minus_one(string ack, string word)
    {
        var read = Read("""{"id":"true_12025550143@c.us_3A01","from":"12025550143@c.us","fromMe":true,"ack":""" + ack + "}", "message.ack");
        Assert.Equal((EventKind.Receipt, word, "3A01"), (read.Kind, read.Status, read.TargetId));
    }

    [Fact]
    public void A_reaction_names_its_target_by_composed_id()
    {
        var read = Read("""{"id":"false_12025550143@c.us_R1","from":"12025550143@c.us","fromMe":false,"reaction":{"text":"🙂","messageId":"true_12025550143@c.us_T1"}}""", "message.reaction");
        Assert.Equal((EventKind.Reaction, "T1", true, "🙂"), (read.Kind, read.TargetId, read.TargetFromMe, read.Reaction));
    }

    [Fact]
    public void An_edit_names_what_it_replaces()
    {
        var read = Read("""{"id":"false_12025550143@c.us_E1","from":"12025550143@c.us","fromMe":false,"body":"new","editedMessageId":"T1","timestamp":1760000000}""", "message.edited");
        Assert.Equal((EventKind.Edit, "T1", false, "new"), (read.Kind, read.TargetId, read.TargetFromMe, read.Text));
        Assert.Equal("+12025550143", read.Author!.Phone.ToString());
    }

    [Fact]
    public void A_raw_record_without_a_time_has_the_payloads() =>
        Assert.Equal(1760000000, Read("""{"id":"false_12025550143@c.us_A","timestamp":1760000000,"_data":{"key":{"remoteJid":"12025550143@s.whatsapp.net","id":"A"},"message":{"conversation":"x"}}}""").SentAt!.Value.ToUnixTimeSeconds());

    [Fact]
    public void A_revoke_names_what_was_there_before()
    {
        var read = Read("""{"after":{"id":"false_12025550143@c.us_R1","from":"12025550143@c.us","fromMe":false},"before":{"id":"false_12025550143@c.us_T1"}}""", "message.revoked");
        Assert.Equal((EventKind.Revoke, "T1", "+12025550143"), (read.Kind, read.TargetId, read.Peer!.Phone.ToString()));
    }

    [Fact]
    public void The_whole_body_is_read_like_its_payload() =>
        Assert.Equal("hey", Reading.Read("""{"event":"message","payload":{"id":"false_12025550143@c.us_3A01","body":"hey"}}""", "message", "", "waha").Text);
}
