namespace Pipeline.Identity.Tests;

public class OwnStatedTests
{
    [Theory]
    [InlineData("baileys", "", """{"connection":"open","me":{"id":"972555550100:14@s.whatsapp.net","lid":"194458137862155:14@lid","name":"Acme"}}""")]
    [InlineData("baileys", "", """{"connection":"open","user":{"id":"972555550100:14@s.whatsapp.net","lid":"194458137862155:14@lid"}}""")]
    [InlineData("baileys", "", """{"me":{"id":"194458137862155@lid","phoneNumber":"972555550100@s.whatsapp.net"}}""")]
    [InlineData("baileys", "", """{"me":{"id":"972555550100","lid":"194458137862155"}}""")]
    [InlineData("evolution", "data", """{"instance":"acme","state":"open","wuid":"972555550100@s.whatsapp.net","user":{"lid":"194458137862155@lid"}}""")]
    public void A_connection_event_may_say_whose_session_it_is(string source, string part, string json)
    {
        var own = Reading.Read(json, "connection.update", part, source, OwnAddresses.None).OwnStated!;
        Assert.Equal(("+972555550100", "194458137862155"), (own.Phone.ToString(), own.Lid.ToString()));
    }

    [Fact]
    public void A_LID_need_not_be_stated()
    {
        var own = Reading.Read("""{"state":"open","wuid":"5511900000012@s.whatsapp.net"}""", "connection.update", "data", "evolution").OwnStated!;
        Assert.Equal("+5511900000012", own.Phone.ToString());
        Assert.Null(own.Lid);
    }

    [Theory]
    [InlineData("session.status", """{"event":"session.status","me":{"id":"972555550100@c.us","lid":"194458137862155@lid","pushName":"Acme"},"payload":{"name":"default","status":"WORKING"}}""")]
    [InlineData("message", """{"event":"message","me":{"id":"972555550100@c.us","lid":"194458137862155@lid"},"payload":{"id":"false_12025550143@c.us_3A01","from":"12025550143@c.us","body":"hey"}}""")]
    public void A_whole_webhook_body_says_so_in_its_envelope(string eventType, string json)
    {
        var own = Reading.Read(json, eventType, "", "waha", OwnAddresses.None).OwnStated!;
        Assert.Equal(("+972555550100", "194458137862155"), (own.Phone.ToString(), own.Lid.ToString()));
    }

    [Theory]
    [InlineData("baileys", "connection.update", """{"connection":"open","receivedPendingNotifications":true}""")]
    [InlineData("baileys", "connection.update", """{"connection":"open","me":null,"user":{"id":"","lid":null}}""")]
    [InlineData("baileys", "connection.update", """{"me":{"id":7,"lid":{}},"user":"972555550100"}""")]
    [InlineData("baileys", "connection.update", """{"me":{"id":"1@g.us"}}""")]
    [InlineData("waha", "session.status", """{"me":null,"payload":{"status":"STARTING"}}""")]
    [InlineData("evolution", "connection.update", """{"sender":"972555550100@s.whatsapp.net","data":{"state":"open"}}""")]
    [InlineData("evolution", "messages.upsert", """{"sender":"972555550100@s.whatsapp.net","data":{"key":{"remoteJid":"12025550143@s.whatsapp.net","id":"A"},"message":{"conversation":"hey"}}}""")]
    [InlineData("baileys", "contacts.update", """{"id":"12025550143@s.whatsapp.net","me":{"id":"972555550100@s.whatsapp.net"}}""")]
    public void What_says_nothing_of_it_states_nothing(string source, string eventType, string json) =>
        Assert.Null(Reading.Read(json, eventType, "", source).OwnStated);
}
