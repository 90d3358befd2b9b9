using System.Text.Json;

namespace Pipeline.EndToEnd;

/// <summary>Whatever the order and the repetitions: the same messages together, the same phones.</summary>
public sealed class OrderTests
{
    [Fact]
    public async Task Any_order_and_any_repetition_of_the_same_events_ends_with_the_same_conversations()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var sample = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "demo.jsonl"));
        string[] again = [.. sample, .. random.GetItems(sample, sample.Length / 10)];
        random.Shuffle(again);

        await using var run = await PipelineRun.StartAsync();
        // The same run takes both: the shuffled events belong to other businesses, and businesses never influence each other.
        await run.SendAsync(sample);
        await run.SendAsync(again.Select(line => Lines.ForBusiness(line, business => business + 1000)));
        await run.DrainAsync();

        var results = await run.ResultsAsync();
        AssertSame(ConversationsOf(results, 0), ConversationsOf(results, 1000), seed);
        AssertSame(MappingsOf(results, 0), MappingsOf(results, 1000), seed);
    }

    private static void AssertSame(List<string> inOrder, List<string> shuffled, int seed) => Assert.True(
        inOrder.SequenceEqual(shuffled),
        $"seed {seed}\nin order only:\n{string.Join('\n', inOrder.Except(shuffled))}\nshuffled only:\n{string.Join('\n', shuffled.Except(inOrder))}");

    // Which lead survives a merge may differ; who is together, under which phone, LIDs and name, may not.
    private static List<string> ConversationsOf(IReadOnlyDictionary<string, string> results, long offset)
    {
        var messages = Parsed(results["messages.jsonl"], offset).ToLookup(
            message => message.GetProperty("conversation_key").GetString()!,
            // How the phone was found does depend on when; that it is found does not.
            message => $"{message.GetProperty("message_id")} {message.GetProperty("from_me")} {message.GetProperty("text")} {WhoIs(message.GetProperty("peer"))} {WhoIs(message.GetProperty("author"))} {message.GetProperty("status")}");
        return [.. Parsed(results["conversations.jsonl"], offset).Select(conversation => string.Join(
            '\n',
            messages[conversation.GetProperty("conversation_key").GetString()!].Order(StringComparer.Ordinal)
                .Prepend($"{conversation.GetProperty("business_id").GetInt64() - offset} {conversation.GetProperty("phone")} {conversation.GetProperty("lids")} {conversation.GetProperty("display_name")}")))
            .Order(StringComparer.Ordinal)];
    }

    private static string WhoIs(JsonElement party) =>
        party.ValueKind == JsonValueKind.Null ? "nobody" : $"{party.GetProperty("phone")}/{party.GetProperty("lid")}";

    private static List<string> MappingsOf(IReadOnlyDictionary<string, string> results, long offset) =>
        [.. Parsed(results["mappings.jsonl"], offset).Select(mapping => $"{mapping.GetProperty("business_id").GetInt64() - offset} {mapping.GetProperty("lid")} {mapping.GetProperty("phone")} {mapping.GetProperty("grade")}")];

    private static IEnumerable<JsonElement> Parsed(string file, long offset) =>
        file.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Where(line => line.GetProperty("business_id").GetInt64() is var business && business > offset && business <= offset + 999);
}
