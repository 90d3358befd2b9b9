namespace Pipeline.Identity.Tests;

public class KnownNameTests
{
    [Theory]
    [InlineData("contacts.upsert", "item", """{"id":"82399031480511@lid","name":"Dana Cohen","notify":"Dana"}""", KnownNameKind.Contact, "82399031480511@lid", "Dana Cohen")]
    [InlineData("contacts.update", "item", """{"id":"972555550101@s.whatsapp.net","name":" Dana  Cohen "}""", KnownNameKind.Contact, "972555550101@s.whatsapp.net", "Dana Cohen")]
    [InlineData("messaging-history.set", "contacts", """{"id":"972555550101@c.us","name":"Dana Cohen"}""", KnownNameKind.Contact, "972555550101@s.whatsapp.net", "Dana Cohen")]
    [InlineData("contacts.upsert", "item", """{"id":"972555550101@s.whatsapp.net","verifiedName":"Acme Ltd"}""", KnownNameKind.Verified, "972555550101@s.whatsapp.net", "Acme Ltd")]
    [InlineData("messages.upsert", "messages", """{"key":{"remoteJid":"82399031480511@lid","id":"A"},"verifiedBizName":"Acme Ltd","message":{"conversation":"x"}}""", KnownNameKind.Verified, "82399031480511@lid", "Acme Ltd")]
    [InlineData("messages.upsert", "messages", """{"key":{"remoteJid":"1@g.us","participant":"972555550101@s.whatsapp.net","id":"A"},"verifiedBizName":"Acme Ltd","message":{"conversation":"x"}}""", KnownNameKind.Verified, "972555550101@s.whatsapp.net", "Acme Ltd")]
    public void What_a_person_is_called(string eventType, string part, string json, KnownNameKind kind, string address, string name)
    {
        var known = Assert.Single(Reading.Read(json, eventType, part).Names);
        Assert.Equal((kind, address, null, name), (known.Kind, known.Person!.Address, known.GroupId, known.Name));
    }

    [Theory]
    [InlineData("groups.upsert", "item", """{"id":"120363000000000001@g.us","subject":"Friday football","participants":[]}""")]
    [InlineData("groups.update", "item", """{"id":"120363000000000001@g.us","subject":"Friday football","author":"82399031480511@lid"}""")]
    [InlineData("group-participants.update", "", """{"id":"120363000000000001@g.us","action":"add","participants":[],"groupMetadata":{"subject":"Friday football"}}""")]
    [InlineData("messaging-history.set", "chats", """{"id":"120363000000000001@g.us","name":"Friday football"}""")]
    [InlineData("messaging-history.set", "contacts", """{"id":"120363000000000001@g.us","name":"Friday football"}""")]
    [InlineData("chats.upsert", "item", """{"id":"120363000000000001@g.us","subject":"Friday football"}""")]
    [InlineData("messages.upsert", "messages", """{"key":{"remoteJid":"120363000000000001@g.us","id":"A","participant":"82399031480511@lid"},"messageStubType":21,"messageStubParameters":["Friday football"]}""")]
    [InlineData("messages.upsert", "messages", """{"key":{"remoteJid":"120363000000000001@g.us","id":"A","fromMe":true},"messageStubType":"GROUP_CHANGE_SUBJECT","messageStubParameters":["Friday football"]}""")]
    public void What_a_group_is_called(string eventType, string part, string json) => AssertSubject(Reading.Read(json, eventType, part));

    [Fact]
    public void What_a_group_is_called_by_other_producers()
    {
        AssertSubject(Reading.Read("""{"event":"groups.update","data":{"id":"120363000000000001@g.us","subject":"Friday football"}}""", "groups.update", "", "evolution"));
        AssertSubject(Reading.Read("""{"id":"120363000000000001@g.us","subject":"Friday football"}""", "GROUPS_UPSERT", "data", "evolution"));

        var read = Reading.Read("""{"timestamp":1760000000,"group":{"id":"120363000000000001@g.us","subject":"Friday football"}}""", "group.v2.update", "payload", "waha");
        AssertSubject(read);
        Assert.Equal(1760000000, read.SentAt!.Value.ToUnixTimeSeconds());
    }

    [Fact]
    public void An_entry_of_a_shop_has_both_names()
    {
        var read = Reading.Read("""{"id":"972555550101@s.whatsapp.net","name":"The shop","verifiedName":"Acme Ltd"}""", "contacts.upsert", "item");
        Assert.Equal([(KnownNameKind.Contact, "The shop"), (KnownNameKind.Verified, "Acme Ltd")], read.Names.Select(name => (name.Kind, name.Name)));
        Assert.All(read.Names, name => Assert.Same(read.Contact, name.Person));
    }

    [Theory]
    [InlineData("contacts.upsert", "item", """{"id":"82399031480511@lid","notify":"Dana"}""")] // what she calls herself comes with her messages
    [InlineData("contacts.upsert", "data", """{"remoteJid":"82399031480511@lid","pushName":"Dana"}""")]
    [InlineData("contacts.upsert", "item", """{"id":"82399031480511@lid","name":"+82399031480511"}""")]
    [InlineData("contacts.upsert", "item", """{"id":"82399031480511@lid","name":" "}""")]
    [InlineData("contacts.upsert", "item", """{"id":"972555550100:14@s.whatsapp.net","name":"Me"}""")] // the business itself
    [InlineData("contacts.upsert", "item", """{"id":"status@broadcast","name":"Status"}""")]
    [InlineData("contacts.upsert", "item", """{"name":"Dana"}""")]
    [InlineData("chats.upsert", "item", """{"id":"82399031480511@lid","name":"Dana"}""")] // the title of a chat may be any of her names
    [InlineData("groups.update", "item", """{"id":"120363000000000001@g.us","announce":true}""")]
    [InlineData("groups.update", "item", """{"id":"120363000000000001@g.us","subject":"120363000000000001"}""")]
    [InlineData("messages.upsert", "messages", """{"key":{"remoteJid":"82399031480511@lid","id":"A","fromMe":true},"verifiedBizName":"Acme Ltd","message":{"conversation":"x"}}""")]
    public void What_nobody_is_called(string eventType, string part, string json) => Assert.Empty(Reading.Read(json, eventType, part).Names);

    [Fact]
    public void A_phone_that_is_a_LID_of_the_business_is_not_the_phone_of_the_name()
    {
        var read = Reading.Read("""{"id":"4915155501234@s.whatsapp.net","name":"Dana"}""", "contacts.upsert", "item");
        var name = Assert.Single(read.DistrustIfKnownAsLid(digits => digits == "4915155501234").Names);
        Assert.Null(name.Person!.Phone);
    }

    private static void AssertSubject(ReadEvent read)
    {
        var known = Assert.Single(read.Names);
        Assert.Equal((KnownNameKind.Subject, null, "120363000000000001", "Friday football"), (known.Kind, known.Person, known.GroupId, known.Name));
    }
}
