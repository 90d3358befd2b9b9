using System.Text.Json;
using Pipeline.Cli.Services;

namespace Pipeline.EndToEnd;

/// <summary>A wrong pair makes two people one, and an operator takes them apart again: whatever is stated later, and whoever is started again.</summary>
public sealed class UnmergeTests
{
    private const string Lid = "82399031480511@lid";
    private const string Phone = "972555550101@s.whatsapp.net";

    [Fact]
    public async Task A_denied_pair_keeps_two_people_apart_until_it_is_allowed_again()
    {
        await using var run = await PipelineRun.StartAsync();

        // Two people write, and then WhatsApp says that they are one.
        await SendAsync(run, Message("A1", Lid, at: 1), Message("A2", Phone, at: 2));
        var before = await ConversationsAsync(run);
        Assert.Equal(["A1", "A2"], before.Values.Select(Words).Order());
        await SendAsync(run, Mapping, Message("A3", Lid, at: 3, alternate: Phone), Message("A4", Phone, at: 4, alternate: Lid));
        Assert.Equal(["A1 A2 A3 A4"], (await ConversationsAsync(run)).Values.Select(Words));

        // Looking changes nothing.
        var (code, said) = await UnmergeAsync(run);
        Assert.Equal((0, true), (code, said.Contains("comes apart into 2", StringComparison.Ordinal)));
        await run.DrainAsync();
        Assert.Single(await ConversationsAsync(run));

        // The denial gives everybody the conversation that was theirs.
        (code, said) = await UnmergeAsync(run, "--execute");
        Assert.True(code == 0, said);
        Assert.Contains("They are two people.", said);
        await run.DrainAsync();
        var after = await ConversationsAsync(run);
        Assert.Equal(["A1 A3", "A2 A4"], after.Values.Select(Words).Order());
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        foreach (var (key, messages) in before) Assert.Contains(messages[0].Id, after[key].Select(message => message.Id));
        Assert.All(after.Values.SelectMany(messages => messages), message => Assert.True(message.Lid is null || message.Phone is null, $"{message.Id} has both"));

        // Whatever is stated again, they stay apart.
        await SendAsync(run, Message("A5", Lid, at: 5), Mapping, Message("A6", Phone, at: 6), Message("A7", Lid, at: 7, alternate: Phone), Message("A8", Phone, at: 8, alternate: Lid));
        Assert.Equal(["A1 A3 A5 A7", "A2 A4 A6 A8"], (await ConversationsAsync(run)).Values.Select(Words).Order());

        // A Resolver that starts anew knows it as well.
        await run.KillAsync(ServiceKind.Resolver);
        run.Start(ServiceKind.Resolver);
        await run.UntilReadyAsync(ServiceKind.Resolver);
        await SendAsync(run, Message("A9", Lid, at: 9, alternate: Phone), Message("B1", Phone, at: 10, alternate: Lid));
        Assert.Equal(["A1 A3 A5 A7 A9", "A2 A4 A6 A8 B1"], (await ConversationsAsync(run)).Values.Select(Words).Order());

        // Taken back, everybody is one again.
        (code, said) = await UnmergeAsync(run, "--allow", "--execute");
        Assert.True(code == 0, said);
        Assert.Contains("They are one person", said);
        await SendAsync(run, Message("B2", Lid, at: 11), Message("B3", Phone, at: 12));
        Assert.Equal(["A1 A2 A3 A4 A5 A6 A7 A8 A9 B1 B2 B3"], (await ConversationsAsync(run)).Values.Select(Words));
        Assert.Empty(await run.DeadLettersAsync());
    }

    private static string Mapping => Line("lid-mapping.update", $$"""{"lid":"{{Lid}}","pn":"{{Phone}}"}""");

    private static string Message(string id, string chat, int at, string alternate = "") => Line(
        "messages.upsert",
        $$$"""{"type":"notify","messages":[{"key":{"remoteJid":"{{{chat}}}","remoteJidAlt":"{{{alternate}}}","fromMe":false,"id":"{{{id}}}"},"messageTimestamp":{{{1760000000 + at}}},"message":{"conversation":"hello"}}]}""");

    private static string Line(string type, string data) =>
        $$"""{"business":1,"source":"baileys","session":"business_1","me":{"id":"972525550100:14@s.whatsapp.net","lid":"118203344556677:14@lid"},"event":"{{type}}","data":{{data}}}""";

    private static Task<(int Code, string Said)> UnmergeAsync(PipelineRun run, params string[] more) =>
        run.CommandAsync(["unmerge", "--business", "1", "--lid", Lid, "--phone", Phone, .. more, "--registry", run.RegistryUrl]);

    private static async Task SendAsync(PipelineRun run, params string[] lines)
    {
        Assert.Equal(lines.Length, (await run.SendAsync(lines)).Events);
        await run.DrainAsync();
    }

    private static async Task<Dictionary<string, (string Id, string? Lid, string? Phone)[]>> ConversationsAsync(PipelineRun run) =>
        (await run.ResultsAsync())["messages.jsonl"].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .GroupBy(message => message.GetProperty("conversation_key").GetString()!)
            .ToDictionary(messages => messages.Key, messages => messages.Select(message => (
                message.GetProperty("message_id").GetString()!,
                message.GetProperty("peer").GetProperty("lid").GetString(),
                message.GetProperty("peer").GetProperty("phone").GetString())).ToArray());

    private static string Words((string Id, string? Lid, string? Phone)[] messages) => string.Join(' ', messages.Select(message => message.Id).Order(StringComparer.Ordinal));
}
