using System.Text.Json;
using Pipeline.Cli.Conversations;
using Pipeline.Cli.Sending;

namespace Pipeline.Cli.Tests;

public sealed class SampleTests : IAsyncLifetime
{
    private static readonly string Sample = Checkout.File("samples", "demo.jsonl");
    private List<InputLine> lines = [];
    private List<JsonElement> events = [];
    private List<JsonElement> keys = [];

    public async Task InitializeAsync()
    {
        var (read, refused) = await InputLinesTests.ReadAsync(await File.ReadAllTextAsync(Sample));
        Assert.Empty(refused);
        lines = read;
        events = read.ConvertAll(line => JsonDocument.Parse(line.Json).RootElement);
        keys = [.. Of("messages.upsert").SelectMany(data => data.GetProperty("messages").EnumerateArray()).Select(record => record.GetProperty("key")).Where(key => key.ValueKind == JsonValueKind.Object)];
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void It_has_at_least_200_events_of_three_businesses_in_less_than_half_a_megabyte()
    {
        Assert.True(lines.Count >= 200, $"{lines.Count} events");
        Assert.Equal([1, 2, 3], lines.Select(line => line.Business).Distinct().Order());
        Assert.True(new FileInfo(Sample).Length < 500_000);
    }

    [Fact]
    public void It_holds_the_shapes_of_several_generations()
    {
        Assert.Contains(keys, key => key.EnumerateObject().Count() == 3);
        Assert.Contains(keys, key => key.TryGetProperty("senderPn", out _));
        Assert.Contains(keys, key => key.TryGetProperty("senderLid", out _));
        Assert.Contains(keys, key => key.TryGetProperty("participantPn", out _));
        Assert.Contains(keys, key => key.TryGetProperty("participantAlt", out _));
        Assert.Contains(keys, key => TextOf(key, "remoteJidAlt").Contains(":5@", StringComparison.Ordinal));
        Assert.Contains(keys, key => TextOf(key, "remoteJidAlt").EndsWith("@lid", StringComparison.Ordinal));
        Assert.Contains(keys, key => key.TryGetProperty("participant", out var participant) && participant.ValueEquals(""));
    }

    [Theory]
    [InlineData("lid-mapping.update")]
    [InlineData("contacts.upsert")]
    [InlineData("messaging-history.set")]
    [InlineData("messages.update")]
    [InlineData("message-receipt.update")]
    [InlineData("messages.reaction")]
    [InlineData("messages.delete")]
    [InlineData("groups.upsert")]
    [InlineData("group-participants.update")]
    [InlineData("call")]
    [InlineData("connection.update")]
    public void It_holds_the_event(string name) => Assert.NotEmpty(Of(name));

    [Theory]
    [InlineData("status@broadcast")]
    [InlineData("@newsletter")]
    [InlineData("1700000001@broadcast")]
    [InlineData("@g.us")]
    [InlineData("@example.invalid")]
    public void It_holds_a_chat_on(string ending) => Assert.Contains(keys, key => TextOf(key, "remoteJid").EndsWith(ending, StringComparison.Ordinal));

    [Fact]
    public void Customers_quote_the_business_so_that_a_quoted_author_taken_for_the_sender_would_show() =>
        Assert.Contains(events, one => one.GetRawText().Contains("\"participant\":\"5511900000100@s.whatsapp.net\",\"quotedMessage\"", StringComparison.Ordinal));

    [Fact]
    public void One_message_stands_under_the_LID_and_under_the_phone() =>
        Assert.Contains(keys.GroupBy(key => TextOf(key, "id")), copies => copies.Select(key => TextOf(key, "remoteJid")).Distinct().Count() == 2);

    [Fact]
    public void The_same_LID_stands_for_the_same_person_at_two_businesses() =>
        Assert.Equal([1, 3], lines.Where((_, at) => events[at].GetRawText().Contains("250618374902746@lid", StringComparison.Ordinal)).Select(line => line.Business).Distinct().Order());

    [Fact]
    public void Raw_addresses_are_more_than_people()
    {
        var chats = new RawChats();
        foreach (var line in lines) chats.Add(line);
        Assert.InRange(chats.All.Count, 45, 60);
        Assert.Contains(chats.All, chat => chat is { Business: 1, Address: "82399031480511@lid", Name: "Ana Beatriz" });
    }

    private IEnumerable<JsonElement> Of(string name) => events.Where(one => one.GetProperty("event").ValueEquals(name)).Select(one => one.GetProperty("data"));

    private static string TextOf(JsonElement key, string name) => key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
