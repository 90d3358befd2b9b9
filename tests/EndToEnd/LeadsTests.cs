using System.Text.Json;

namespace Pipeline.EndToEnd;

/// <summary>What a CRM gives while people write: its lead goes on, in whichever order the two come.</summary>
public sealed class LeadsTests
{
    private const string Lid = "82399031480511@lid";
    private const string Phone = "972555550101@s.whatsapp.net";

    [Fact]
    public async Task A_lead_from_a_CRM_joins_what_was_split_and_names_it()
    {
        await using var run = await PipelineRun.StartAsync();
        await SendAsync(run, Message("A1", Phone, at: 1), Message("A2", Lid, at: 2));
        Assert.Equal(["A1", "A2"], await ConversationsAsync(run));

        var (code, said) = await run.CommandAsync(
            "leads", "upsert", "--business", "1", "--external-id", "crm-17", "--phone", "055-555-0101", "--region", "IL", "--lid", Lid, "--name", "Dana Levi",
            "--wait", "--registry", run.RegistryUrl);
        Assert.True(code == 0, said);
        Assert.Contains("The directory knows it.", said);
        await SendAsync(run, Message("A3", Lid, at: 3));

        Assert.Equal(["A1 A2 A3"], await ConversationsAsync(run));
        Assert.Contains("Dana Levi", (await run.ResultsAsync())["conversations.jsonl"]);
        Assert.Empty(await run.DeadLettersAsync());
    }

    private static string Message(string id, string chat, int at) =>
        $$$"""{"business":1,"source":"baileys","session":"business_1","me":{"id":"972525550100:14@s.whatsapp.net","lid":"118203344556677:14@lid"},"event":"messages.upsert","data":{"type":"notify","messages":[{"key":{"remoteJid":"{{{chat}}}","fromMe":false,"id":"{{{id}}}"},"messageTimestamp":{{{1760000000 + at}}},"message":{"conversation":"hello"}}]}}""";

    private static async Task SendAsync(PipelineRun run, params string[] lines)
    {
        Assert.Equal(lines.Length, (await run.SendAsync(lines)).Events);
        await run.DrainAsync();
    }

    private static async Task<string[]> ConversationsAsync(PipelineRun run) =>
        [.. (await run.ResultsAsync())["messages.jsonl"].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .GroupBy(message => message.GetProperty("conversation_key").GetString()!, message => message.GetProperty("message_id").GetString()!)
            .Select(messages => string.Join(' ', messages.Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal)];
}
