namespace Pipeline.Identity.Tests;

public class TimestampTests
{
    [Theory]
    [InlineData("1760000000", 1760000000L)]
    [InlineData("\"1760000000\"", 1760000000L)]
    [InlineData("1760000000123", 1760000000L)]
    [InlineData("1760000000.7", 1760000000L)]
    [InlineData("1.76e9", 1760000000L)]
    [InlineData("1760000000123456", 1760000000L)]
    [InlineData("""{"low":1760000000,"high":0,"unsigned":true}""", 1760000000L)]
    [InlineData("""{"low":-936586237,"high":409,"unsigned":false}""", 1760000005L)]
    [InlineData("""{"low":-2147483000}""", 2147484296L)]
    [InlineData("""{"low":"1760000000","high":"0"}""", 1760000000L)]
    [InlineData("\"2025-10-09T08:53:20.000Z\"", 1760000000L)]
    [InlineData("\"2025-10-09T10:53:20+02:00\"", 1760000000L)]
    public void Every_way_of_writing_a_time_is_read(string json, long seconds) => Assert.Equal(seconds, Read(json)?.ToUnixTimeSeconds());

    [Theory]
    [InlineData("null")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1e400")]
    [InlineData("\"18446744073709551615\"")]
    [InlineData("18446744073709551615")]
    [InlineData("\"\"")]
    [InlineData("\"soon\"")]
    [InlineData("\"Monday\"")]
    [InlineData("true")]
    [InlineData("[1760000000]")]
    [InlineData("{}")]
    [InlineData("""{"low":1,"high":-1}""")]
    [InlineData("""{"low":{},"high":0}""")]
    public void Nonsense_is_no_time(string json) => Assert.Null(Read(json));

    private static DateTimeOffset? Read(string json) =>
        Reading.Read("""{"key":{"remoteJid":"12025550143@s.whatsapp.net","id":"A"},"messageTimestamp":""" + json + ""","message":{"conversation":"x"}}""").SentAt;
}
