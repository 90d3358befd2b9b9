namespace Pipeline.Identity.Tests;

public class HintTests
{
    private static ReadEvent Quoting(string context, string key = "\"remoteJid\":\"57102938465720@lid\"", OwnAddresses? own = null) =>
        Reading.Message(key, """{"imageMessage":{"caption":"x","contextInfo":""" + context + "}}", own: own);

    [Fact]
    public void A_customer_who_quotes_themself_gives_a_hint_and_nothing_more()
    {
        var read = Quoting("""{"participant":"972555550101:2@s.whatsapp.net","stanzaId":"X"}""");
        Assert.Equal("+972555550101", read.Hint.ToString());
        Assert.Null(read.Peer!.Phone);
        Assert.Equal(EvidenceSource.None, read.Source);
        Assert.Empty(read.Pairs);
    }

    [Theory]
    [InlineData("""{"participant":"972555550100@s.whatsapp.net"}""")] // the business
    [InlineData("""{"participant":"972555550100:12@c.us"}""")]
    [InlineData("""{"participant":"194458137862155@lid"}""")]
    [InlineData("""{"participant":"12025550143@s.whatsapp.net","remoteJid":"120363000000000001@g.us"}""")] // a quote from a group
    [InlineData("""{"participant":"12025550143@s.whatsapp.net","remoteJid":"status@broadcast"}""")]
    [InlineData("""{"participant":"12025550143@s.whatsapp.net","remoteJid":"nonsense"}""")]
    [InlineData("""{"participant":"12025550143"}""")]
    [InlineData("""{"participant":"203914857316042@s.whatsapp.net"}""")]
    [InlineData("""{"participant":12025550143}""")]
    [InlineData("""{"mentionedJid":["12025550143@s.whatsapp.net"]}""")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("7")]
    public void Any_other_quote_gives_none(string context) => Assert.Null(Quoting(context).Hint);

    [Fact]
    public void A_session_that_does_not_know_its_number_gives_none() =>
        Assert.Null(Quoting("""{"participant":"972555550101@s.whatsapp.net"}""", own: OwnAddresses.From(null, "194458137862155@lid")).Hint);

    [Fact]
    public void Where_the_phone_is_known_no_hint_is_needed() =>
        Assert.Null(Quoting("""{"participant":"972555550101@s.whatsapp.net"}""", "\"remoteJid\":\"57102938465720@lid\",\"remoteJidAlt\":\"12025550143@s.whatsapp.net\"").Hint);

    [Fact]
    public void In_a_group_the_quoted_author_is_anybody() =>
        Assert.Null(Quoting("""{"participant":"972555550101@s.whatsapp.net"}""", "\"remoteJid\":\"120363000000000001@g.us\",\"participant\":\"57102938465720@lid\"").Hint);
}
