using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.EndToEnd;

/// <summary>A session that knows a phone, and says so late: the message does not wait, and the conversation gets its phone all the same.</summary>
public sealed class EndpointTests
{
    private const string Message = """
        {"business":1,"source":"baileys","session":"business_1","me":{"id":"972525550100:14@s.whatsapp.net","lid":"118203344556677:14@lid"},"event":"messages.upsert","data":{"type":"notify","messages":[{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"A1"},"messageTimestamp":1760000000,"message":{"conversation":"hello"}}]}}
        """;

    [Fact]
    public async Task An_answer_that_comes_late_reaches_the_conversation()
    {
        var mayAnswer = new TaskCompletionSource();
        var asked = 0;
        await using var endpoint = await StartAsync(async context =>
        {
            Interlocked.Increment(ref asked);
            await mayAnswer.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsJsonAsync(new { phone_e164 = "+972555550101", source = "mapping" });
        });
        await using var run = await PipelineRun.StartAsync(new Dictionary<string, string>
        {
            ["Resolver:EndpointUrl"] = UrlOf(endpoint),
            ["Resolver:EndpointAttempt"] = "00:00:25",
            ["Resolver:EndpointTotal"] = "00:00:30",
        });

        await run.SendAsync([Message]);
        await run.DrainAsync();
        Assert.Equal(JsonValueKind.Null, (await ConversationAsync(run)).GetProperty("phone").ValueKind);

        mayAnswer.SetResult();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while ((await ConversationAsync(run)).GetProperty("phone").ValueKind == JsonValueKind.Null) await pace.WaitForNextTickAsync(limit.Token);
        Assert.Equal("+972555550101", (await ConversationAsync(run)).GetProperty("phone").GetString());
        Assert.Equal(1, asked);
    }

    private static async Task<JsonElement> ConversationAsync(PipelineRun run) =>
        JsonSerializer.Deserialize<JsonElement>(Assert.Single((await run.ResultsAsync())["conversations.jsonl"].Split('\n', StringSplitOptions.RemoveEmptyEntries)));

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/internal/resolve-jid", answer);
        await app.StartAsync();
        return app;
    }

    private static string UrlOf(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
}
