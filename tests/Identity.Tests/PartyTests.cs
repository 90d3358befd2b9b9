namespace Pipeline.Identity.Tests;

public class PartyTests
{
    [Fact]
    public void On_what_the_business_sent_the_sender_fields_are_not_the_peers()
    {
        var read = Reading.Message("""
            "remoteJid":"229103847562018@lid","fromMe":true,"senderPn":"447700900123@s.whatsapp.net"
            """, own: OwnAddresses.None);
        Assert.Null(read.Peer!.Phone);
        Assert.Empty(read.Pairs);
        Assert.True(read.Author!.IsBusiness);
    }

    [Fact]
    public void On_what_the_business_sent_the_recipient_fields_are_the_peers()
    {
        var read = Reading.Message("""
            "remoteJid":"229103847562018@lid","fromMe":true,"peer_recipient_pn":"447700900123@s.whatsapp.net"
            """);
        Assert.Equal("+447700900123", read.Peer!.Phone.ToString());
        Assert.Equal("447700900123@s.whatsapp.net", read.Peer.Address);
        Assert.Equal(EvidenceSource.Envelope, read.Source);
        Assert.Equal("peer_recipient_pn", Assert.Single(read.Pairs).Field);
    }

    [Fact]
    public void An_alternate_may_stand_beside_the_key()
    {
        var read = Reading.Message("\"remoteJid\":\"229103847562018@lid\",\"fromMe\":true", more: ",\"peerRecipientPn\":\"447700900123@s.whatsapp.net\"");
        Assert.Equal(("+447700900123", "peerRecipientPn"), (read.Peer!.Phone.ToString(), read.Peer.Field));
    }

    [Fact]
    public void A_chat_overwritten_with_the_businesss_own_phone_is_the_one_kept_beside_it()
    {
        var read = Reading.Message("""
            "remoteJid":"972555550100@s.whatsapp.net","fromMe":true,"senderPn":"972555550100@s.whatsapp.net","previousRemoteJid":"229103847562018@lid"
            """);
        Assert.Equal(("229103847562018", "229103847562018@lid"), (read.Peer!.Lid.ToString(), read.ChatAddress));
        Assert.Null(read.Peer.Phone);
        Assert.False(read.Peer.IsBusiness);
        Assert.True(read.Author!.IsBusiness);
        Assert.Empty(read.Pairs);
    }

    [Fact]
    public void The_lid_metadata_block_names_the_author()
    {
        var read = Reading.Message("""
            "remoteJid":"229103847562018@lid"
            """, more: ""","_lid_metadata":{"participant_jid":"447700900123:4@s.whatsapp.net"}""");
        Assert.Equal("+447700900123", read.Peer!.Phone.ToString());
        Assert.Equal(new LearnedPair(read.Peer.Lid!.Value, read.Peer.Phone!.Value, "_lid_metadata.participant_jid", MappingGrade.Strong), Assert.Single(read.Pairs));
    }

    [Fact]
    public void A_phone_participant_resolves_a_LID_chat()
    {
        var read = Reading.Message("""
            "remoteJid":"229103847562018@lid","participant":"447700900123@s.whatsapp.net"
            """);
        Assert.Equal("+447700900123", read.Author!.Phone.ToString());
        Assert.Equal(EvidenceSource.Envelope, read.Source);
    }

    [Fact]
    public void An_alternate_that_is_the_business_says_nothing_about_a_customer()
    {
        var read = Reading.Message("""
            "remoteJid":"229103847562018@lid","remoteJidAlt":"972555550100:3@s.whatsapp.net"
            """);
        Assert.Null(read.Peer!.Phone);
        Assert.Empty(read.Pairs);
        Assert.Equal(ReadNotes.OwnAlternate, read.Notes);
    }

    [Fact]
    public void A_LID_in_a_chat_with_a_phone_address_is_learned_even_when_the_author_field_is_empty()
    {
        var read = Reading.Message("""
            "remoteJid":"447700900123@s.whatsapp.net","participant":"","remoteJidAlt":"229103847562018:2@lid"
            """);
        Assert.Equal("229103847562018", read.Peer!.Lid.ToString());
        Assert.Equal("447700900123@s.whatsapp.net", read.Peer.Address);
        Assert.Equal(EvidenceSource.Direct, read.Source);
        Assert.Single(read.Pairs);
    }

    [Fact]
    public void Contradicting_alternates_are_all_disbelieved()
    {
        var read = Reading.Message("""
            "remoteJid":"447700900123@s.whatsapp.net","remoteJidAlt":"229103847562018@lid","senderLid":"57102938465720@lid"
            """);
        Assert.Equal(Faults.IdentityConflict, read.Fault);
        Assert.Equal(EventKind.Direct, read.Kind);
        Assert.Equal("+447700900123", read.Peer!.Phone.ToString());
        Assert.Null(read.Peer.Lid);
        Assert.Empty(read.Pairs);
    }

    [Fact]
    public void Two_spellings_of_one_number_do_not_contradict()
    {
        var read = Reading.Message("""
            "remoteJid":"27316804459127@lid","remoteJidAlt":"553188880012@s.whatsapp.net","senderPn":"5531988880012@s.whatsapp.net"
            """);
        Assert.Null(read.Fault);
        Assert.Equal("+5531988880012", read.Peer!.Phone.ToString());
        Assert.Equal("553188880012@s.whatsapp.net", read.Peer.Address);
    }

    [Fact]
    public void LID_digits_on_the_phone_server_do_not_make_an_alternate_a_phone()
    {
        var read = Reading.Message("""
            "remoteJid":"82399031480511@lid","remoteJidAlt":"82399031480511@s.whatsapp.net"
            """);
        Assert.Null(read.Peer!.Phone);
        Assert.Empty(read.Pairs);
        Assert.Equal(ReadNotes.SuffixConflict, read.Notes);
    }

    [Fact]
    public void A_fifteen_digit_phone_address_goes_on_unresolved()
    {
        var read = Reading.Message("""
            "remoteJid":"203914857316042@s.whatsapp.net"
            """);
        Assert.Equal(EventKind.Direct, read.Kind);
        Assert.Null(read.Fault);
        Assert.Null(read.Peer!.Phone);
        Assert.Null(read.Peer.Lid);
        Assert.Equal("203914857316042@s.whatsapp.net", read.Peer.Address);
        Assert.Equal(ReadNotes.SuffixConflict, read.Notes);
        Assert.Equal("hey", read.Text);
    }

    [Fact]
    public void The_businesss_own_push_name_names_nobody()
    {
        var sent = Reading.Message("""
            "remoteJid":"447700900123@s.whatsapp.net","fromMe":true
            """, more: ""","pushName":"Acme Support" """);
        Assert.Null(sent.PushName);
        var received = Reading.Message("""
            "remoteJid":"447700900123@s.whatsapp.net","fromMe":false
            """, more: ""","pushName":"Gwen" """);
        Assert.Equal("Gwen", received.PushName);
    }

    [Fact]
    public void An_own_message_in_a_group_of_a_session_that_does_not_know_its_LID_is_recognised_by_its_phone()
    {
        var read = Reading.Message("""
            "remoteJid":"120363000000000001@g.us","fromMe":false,"participant":"194458137862155@lid","participantPn":"972555550100@s.whatsapp.net"
            """, own: OwnAddresses.From("972555550100:14@s.whatsapp.net", null));
        Assert.True(read.FromMe);
        Assert.True(read.Author!.IsBusiness);
        Assert.Equal("194458137862155", Assert.Single(read.Pairs).Lid.ToString());
        Assert.Equal(ReadNotes.FromMeCorrected, read.Notes);
    }

    [Fact]
    public void An_own_group_message_without_author_is_the_businesss()
    {
        var read = Reading.Message("""
            "remoteJid":"120363000000000001@g.us","fromMe":true
            """);
        Assert.Null(read.Fault);
        Assert.Equal("+972555550100", read.Author!.Phone.ToString());
    }

    [Theory]
    [InlineData("120363000000000001@g.us", EventKind.Group)]
    [InlineData("1700000001@broadcast", EventKind.Broadcast)]
    [InlineData("status@broadcast", EventKind.Status)]
    public void A_message_of_several_people_without_author_goes_on_and_says_so(string chat, EventKind kind)
    {
        var read = Reading.Message($"\"remoteJid\":\"{chat}\"");
        Assert.Equal(kind, read.Kind);
        Assert.Equal(Faults.MissingParticipant, read.Fault);
        Assert.Null(read.Author);
        Assert.Null(read.Peer);
    }

    [Fact]
    public void The_digits_of_groups_and_lists_are_nobodys_phone()
    {
        var read = Reading.Message("""
            "remoteJid":"972555550177-1600000000@g.us","participant":"57102938465720@lid"
            """);
        Assert.Null(read.Author!.Phone);
        Assert.Equal("972555550177-1600000000", read.GroupId);
    }

    [Fact]
    public void An_own_broadcast_list_has_no_peer()
    {
        var read = Reading.Message("""
            "remoteJid":"1700000001@broadcast","fromMe":false,"participant":"194458137862155:3@lid"
            """);
        Assert.True(read.FromMe);
        Assert.Null(read.Peer);
        Assert.Equal("+972555550100", read.Author!.Phone.ToString());
        Assert.Equal(EvidenceSource.Table, read.Source);
    }

    [Fact]
    public void A_status_teaches_the_pair_of_its_author_through_the_chats_alternate()
    {
        var read = Reading.Message("""
            "remoteJid":"status@broadcast","remoteJidAlt":"919000000012@s.whatsapp.net","participant":"203914857316042@lid"
            """);
        Assert.Equal(EventKind.Status, read.Kind);
        Assert.Equal("+919000000012", Assert.Single(read.Pairs).Phone.ToString());
        Assert.Null(read.Peer);
    }
}
