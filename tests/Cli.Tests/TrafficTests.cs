using System.Text.Json;
using Pipeline.Cli.Bench;

namespace Pipeline.Cli.Tests;

public class TrafficTests
{
    private readonly Traffic traffic = new(messages: 10_000, businesses: 3, people: 500);

    [Fact]
    public void The_same_numbers_give_the_same_traffic() => Assert.Equal(Texts(traffic), Texts(new Traffic(10_000, 3, 500)));

    [Fact]
    public void Every_message_has_an_id_of_its_own_within_its_business()
    {
        var ids = Messages().Select(message => (message.Business, message.Key.GetProperty("id").GetString())).ToList();
        Assert.Equal(10_000, ids.Count);
        Assert.Equal(10_000, ids.Distinct().Count());
    }

    [Fact]
    public void An_event_holds_at_most_50_messages() => Assert.Equal(Traffic.MessagesPerEvent, Messages().GroupBy(message => message.Line).Max(line => line.Count()));

    [Fact]
    public void A_message_is_about_a_kilobyte() => Assert.InRange(Messages().Average(message => message.Size), 1000, 1250);

    [Fact]
    public void Half_of_the_people_are_first_seen_by_LID_and_revealed_once()
    {
        var chats = Messages().Where(message => message.Key.GetProperty("remoteJid").GetString()!.EndsWith("@lid", StringComparison.Ordinal))
            .GroupBy(message => (message.Business, message.Key.GetProperty("remoteJid").GetString())).ToList();
        Assert.InRange(chats.Count, 245, 255);
        Assert.All(chats, chat => Assert.Single(chat, message => message.Key.TryGetProperty("remoteJidAlt", out _)));
    }

    [Fact]
    public void It_says_how_many_people_write()
    {
        Assert.Equal(500, traffic.PeopleWhoWrite);
        Assert.Equal(40, new Traffic(40, 3, 500).PeopleWhoWrite);
    }

    private static IEnumerable<string> Texts(Traffic of) => of.Lines().Select(line => Convert.ToBase64String(line.Line!.Json.Span));

    private List<(int Line, long Business, int Size, JsonElement Key)> Messages()
    {
        var messages = new List<(int, long, int, JsonElement)>();
        foreach (var (line, _) in traffic.Lines())
        {
            using var json = JsonDocument.Parse(line!.Json);
            foreach (var message in json.RootElement.GetProperty("data").GetProperty("messages").EnumerateArray())
                messages.Add((line.Number, line.Business, message.GetRawText().Length, message.GetProperty("key").Clone()));
        }
        return messages;
    }
}
