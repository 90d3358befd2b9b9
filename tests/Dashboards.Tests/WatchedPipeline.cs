using System.Net;
using Pipeline.EndToEnd;
using Pipeline.Servers;

namespace Pipeline.Dashboards.Tests;

/// <summary>
/// The four services over the in-process broker, with traffic that does not end before the tests do, and Prometheus with the shipped
/// files looking at them. The traffic has all that dashboards show: LIDs that are found and that are not, merges, duplicates, an event nobody
/// can understand, a webhook without a token, and a resolve endpoint that does not answer.
/// </summary>
public sealed class WatchedPipeline : IAsyncLifetime
{
    private const string Message = """{"business":{business},"source":"baileys","session":"s","me":{"id":"972525550100:14@s.whatsapp.net","lid":"118203344556677:14@lid"},"event":"messages.upsert","data":{"type":"notify","messages":[{message}]}}""";

    private static readonly string[] Sample = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "samples", "demo.jsonl"));
    private volatile bool hasEnough;
    private Task traffic = Task.CompletedTask;

    internal PipelineRun Run { get; private set; } = null!;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // Nobody listens on port 9 of the loopback interface.
        Run = await PipelineRun.StartAsync(new Dictionary<string, string> { ["Resolver:EndpointUrl"] = "http://127.0.0.1:9", ["Resolver:RecheckEvery"] = "00:00:01" });
        Prometheus = await PrometheusServer.StartAsync(Shipped.Configuration(Run.Urls), Shipped.AlertsFile);
        await Run.SendAsync(Round(0));
        traffic = SendAsync();
    }

    /// <summary>No more traffic.</summary>
    public async Task QuietAsync()
    {
        hasEnough = true;
        await traffic;
        await Run.DrainAsync();
    }

    public async Task DisposeAsync()
    {
        hasEnough = true;
        await traffic;
        await Prometheus.DisposeAsync();
        await Run.DisposeAsync();
    }

    private async Task SendAsync()
    {
        using var http = new HttpClient();
        for (var round = 1; !hasEnough; round++)
        {
            await Run.SendAsync(Round(round));
            using var refused = await http.PostAsync(Run.Urls["ingestor"] + "/v1/webhooks/baileys", new StringContent("{}"));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }
    }

    // Each round is another set of businesses; the last line of a round comes twice.
    private static IEnumerable<string> Round(int round)
    {
        foreach (var line in Sample) yield return Lines.ForBusiness(line, business => (round * 100) + business);
        foreach (var message in (string[])
            [
                """{"key":{"remoteJid":"55512345678901@lid","fromMe":false,"id":"U1"},"messageTimestamp":1760000000,"message":{"conversation":"who am I"}}""",
                """{"key":{"remoteJid":"55512345678902@lid","fromMe":false,"id":"U2"},"messageTimestamp":1760000000,"message":{"extendedTextMessage":{"text":"hint","contextInfo":{"stanzaId":"Q","participant":"972555550104@s.whatsapp.net","quotedMessage":{"conversation":"q"}}}}}""",
                """{"key":{"remoteJid":"82399031480511@lid","fromMe":false,"id":"M1"},"messageTimestamp":1760000000,"message":{"conversation":"by LID"}}""",
                """{"key":{"remoteJid":"972555550101@s.whatsapp.net","fromMe":false,"id":"M2"},"messageTimestamp":1760000001,"message":{"conversation":"by phone"}}""",
                """{"key":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972555550101@s.whatsapp.net","fromMe":false,"id":"M3"},"messageTimestamp":1760000002,"message":{"conversation":"both"}}""",
                """{"key":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972555550103@s.whatsapp.net","fromMe":false,"id":"M4"},"messageTimestamp":1750000000,"message":{"conversation":"older and other"}}""",
                """{"key":{"remoteJid":"82399031480511@lid","remoteJidAlt":"972555550103@s.whatsapp.net","fromMe":false,"id":"M4"},"messageTimestamp":1750000000,"message":{"conversation":"older and other"}}""",
                """{"key":"no key at all"}""",
            ])
            yield return Message.Replace("{business}", ((round * 100) + 99).ToString(), StringComparison.Ordinal).Replace("{message}", message, StringComparison.Ordinal);
    }
}
