namespace Pipeline.Identity.Tests;

public class DirectoryTests
{
    [Theory]
    [InlineData("contacts.upsert", "item", """{"id":"972555550101@s.whatsapp.net","lid":"82399031480511@lid"}""", MappingGrade.Seed)]
    [InlineData("contacts.update", "item", """{"id":"82399031480511@lid","phoneNumber":"972555550101"}""", MappingGrade.Seed)]
    [InlineData("contacts.upsert", "item", """{"id":"82399031480511@lid","jid":"972555550101@s.whatsapp.net","lid":"82399031480511@lid"}""", MappingGrade.Seed)]
    [InlineData("chats.upsert", "item", """{"id":"82399031480511@lid","pnJid":"972555550101@s.whatsapp.net","accountLid":"194458137862155@lid"}""", MappingGrade.Seed)]
    [InlineData("messaging-history.set", "chats", """{"id":"972555550101@c.us","lidJid":"82399031480511@lid"}""", MappingGrade.Seed)]
    [InlineData("messaging-history.set", "lidPnMappings", """{"lid":"82399031480511@lid","pn":"972555550101@s.whatsapp.net"}""", MappingGrade.Seed)]
    [InlineData("lid-mapping.update", "", """{"lid":"82399031480511","pn":"972555550101"}""", MappingGrade.Strong)]
    [InlineData("chats.phoneNumberShare", "", """{"lid":"82399031480511@lid","jid":"972555550101@s.whatsapp.net"}""", MappingGrade.Strong)]
    [InlineData("group-participants.update", "", """{"id":"1@g.us","author":"57102938465720@lid","participants":[{"id":"972555550101@s.whatsapp.net","lid":"82399031480511@lid"}]}""", MappingGrade.Seed)]
    [InlineData("group.join-request", "", """{"id":"1@g.us","participant":"82399031480511@lid","participantPn":"972555550101@s.whatsapp.net"}""", MappingGrade.Seed)]
    [InlineData("group.join-request", "", """{"id":"1@g.us","author":"57102938465720@lid","participant":"82399031480511@lid","participantPn":"972555550101@s.whatsapp.net","action":"created"}""", MappingGrade.Seed)]
    [InlineData("group.member-tag.update", "", """{"groupId":"1@g.us","participant":"82399031480511@lid","participantAlt":"972555550101@s.whatsapp.net","label":"x"}""", MappingGrade.Seed)]
    [InlineData("group-participants.update", "data", """{"id":"1@g.us","participants":["82399031480511@lid"],"participantsData":[{"jid":"82399031480511@lid","phoneNumber":"972555550101"}]}""", MappingGrade.Seed)]
    [InlineData("chats.update", "item", """{"id":"82399031480511@lid","messages":[{"message":{"key":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972555550101@s.whatsapp.net","fromMe":false,"id":"A"}}}]}""", MappingGrade.Strong)]
    [InlineData("messaging-history.set", "chats", """{"id":"82399031480511@lid","messages":[{"message":{"key":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972555550101@s.whatsapp.net","id":"A"}}}]}""", MappingGrade.Seed)]
    [InlineData("messaging-history.set", "userReceipt", """{"key":{"remoteJid":"82399031480511@lid","fromMe":true,"id":"A"},"userReceipt":[{"userJid":"972555550101@s.whatsapp.net","readTimestamp":"1759995020"}]}""", MappingGrade.Seed)]
    [InlineData("call", "data", """{"chatId":"82399031480511@lid","from":"972555550101:0@s.whatsapp.net","id":"C","status":"offer"}""", MappingGrade.Strong)]
    [InlineData("call", "item", """{"from":"82399031480511:2@lid","callerPn":"972555550101@s.whatsapp.net","id":"C"}""", MappingGrade.Strong)]
    public void Pairs_are_learned_from_every_event_that_has_one(string eventType, string part, string json, MappingGrade grade)
    {
        var pair = Assert.Single(Reading.Read(json, eventType, part).Pairs);
        Assert.Equal(("82399031480511", "+972555550101", grade), (pair.Lid.ToString(), pair.Phone.ToString(), pair.Grade));
    }

    [Theory]
    [InlineData("""{"lid":"82399031480511@lid","pn":"57102938465720@lid"}""")]
    [InlineData("""{"lid":"972555550101@s.whatsapp.net","pn":"972555550102@s.whatsapp.net"}""")]
    [InlineData("""{"lid":"82399031480511@lid","pn":"120363000000000001@g.us"}""")]
    [InlineData("""{"lid":"82399031480511@lid","pn":""}""")]
    [InlineData("""{"lid":"82399031480511@lid","pn":"203914857316042@s.whatsapp.net"}""")]
    [InlineData("""{"lid":"82399031480511@lid","pn":"972555550100@s.whatsapp.net"}""")] // the business's own number
    [InlineData("""{"lid":"194458137862155@lid","pn":"972555550101@s.whatsapp.net"}""")] // the business's own LID
    [InlineData("""{"lid":7,"pn":{}}""")]
    [InlineData("{}")]
    public void What_is_no_pair_teaches_nothing(string json)
    {
        var read = Reading.Read(json, "lid-mapping.update", "");
        Assert.Equal(EventKind.Mapping, read.Kind);
        Assert.Empty(read.Pairs);
    }

    [Fact]
    public void A_contact_has_the_address_books_name_and_its_own()
    {
        var read = Reading.Read("""{"id":"82399031480511@lid","name":"Dana Cohen","notify":"Dana"}""", "contacts.upsert", "item");
        Assert.Equal(("Dana Cohen", "Dana", "82399031480511"), (read.ContactName, read.PushName, read.Contact!.Lid.ToString()));
        Assert.Null(read.Peer);
    }

    [Theory]
    [InlineData("""{"id":"82399031480511@lid","jid":"972555550101@s.whatsapp.net","phoneNumber":"972555550102@s.whatsapp.net"}""")]
    [InlineData("""{"id":"82399031480511@lid","lid":"57102938465720@lid","phoneNumber":"972555550101@s.whatsapp.net"}""")]
    public void A_member_that_contradicts_itself_teaches_nothing(string member)
    {
        var read = Reading.Read("""{"id":"1@g.us","subject":"S","participants":[""" + member + "]}", "groups.upsert", "item");
        Assert.Empty(read.Pairs);
        Assert.Equal((EventKind.System, null, ReadNotes.IdentityConflict), (read.Kind, read.Fault, read.Notes));
    }

    [Theory]
    [InlineData("group-participants.update", "data", """{"id":"1@g.us","participants":["82399031480511@lid"],"participantsData":[{"jid":"82399031480511@lid","phoneNumber":"82399031480511"}]}""")]
    [InlineData("messages.upsert", "messages", """{"key":{"remoteJid":"4915155501234@lid","id":"A","senderPn":"4915155501234"},"message":{"conversation":"x"}}""")]
    [InlineData("contacts.upsert", "item", """{"id":"4915155501234:3@lid","phoneNumber":"4915155501234"}""")]
    [InlineData("lid-mapping.update", "", """{"lid":"4915155501234@lid","pn":"4915155501234"}""")]
    public void A_LID_whose_server_was_cut_off_is_no_phone(string eventType, string part, string json)
    {
        var read = Reading.Read(json, eventType, part);
        Assert.Empty(read.Pairs);
        Assert.Null(read.Contact?.Phone);
    }

    [Theory]
    [InlineData("\"status\":\"terminate\"")]
    [InlineData("\"status\":\"offer\",\"isGroup\":true")]
    [InlineData("\"status\":\"offer\",\"groupJid\":\"1@g.us\"")]
    public void A_call_that_may_be_a_groups_does_not_say_who_its_chat_is(string more) =>
        Assert.Empty(Reading.Read("""{"chatId":"82399031480511@lid","from":"972555550101@s.whatsapp.net","id":"C",""" + more + "}", "call", "item").Pairs);

    [Fact]
    public void A_member_sets_its_own_tag()
    {
        var read = Reading.Read("""{"groupId":"1@g.us","participant":"82399031480511@lid","participantAlt":"972555550101@s.whatsapp.net","label":"x","messageTimestamp":1760000000}""", "group.member-tag.update", "");
        Assert.Equal(("+972555550101", "1"), (read.Author!.Phone.ToString(), read.GroupId));
        Assert.Equal(1760000000, read.SentAt!.Value.ToUnixTimeSeconds());
    }

    [Fact]
    public void The_business_does_not_give_its_own_name_to_a_contact() =>
        Assert.Null(Reading.Read("""{"id":"972555550100:14@s.whatsapp.net","notify":"Acme"}""", "contacts.update", "item").PushName);

    [Fact]
    public void A_call_that_the_business_made_is_with_whom_it_called()
    {
        var read = Reading.Read("""{"chatId":"82399031480511@lid","from":"194458137862155:14@lid","callerPn":"972555550100@s.whatsapp.net","id":"C","status":"terminate"}""", "call", "item");
        Assert.Equal(("82399031480511", true, "82399031480511@lid"), (read.Peer!.Lid.ToString(), read.FromMe, read.ChatAddress));
        Assert.Null(read.Peer.Phone);
        Assert.True(read.Author!.IsBusiness);
        Assert.Equal("+972555550100", Assert.Single(read.Pairs).Phone.ToString());
    }

    [Fact]
    public void A_history_teaches_seeds_even_in_message_keys()
    {
        var read = Reading.Read("""{"key":{"remoteJid":"82399031480511@lid","id":"A","remoteJidAlt":"972555550101@s.whatsapp.net"},"message":{"conversation":"x"}}""", "messaging-history.set");
        Assert.Equal(MappingGrade.Seed, Assert.Single(read.Pairs).Grade);
    }

    [Fact]
    public void An_open_connection_says_so()
    {
        Assert.Equal("open", Reading.Read("""{"connection":"open"}""", "connection.update", "").Status);
        Assert.Equal("open", Reading.Read("""{"instance":"a","state":"open"}""", "connection.update", "data", "evolution").Status);
        Assert.Equal("WORKING", Reading.Read("""{"status":"WORKING"}""", "session.status", "payload", "waha").Status);
    }

    [Theory]
    [InlineData("labels.edit")]
    [InlineData("newsletter.reaction")]
    [InlineData("")]
    public void What_is_of_no_use_is_unknown_and_no_error(string eventType)
    {
        Assert.Equal(EventKind.Unknown, Reading.Read("[1]", eventType, "").Kind);
        Assert.Equal(EventKind.Unknown, Reading.Read("{}", eventType, "").Kind);
    }
}
