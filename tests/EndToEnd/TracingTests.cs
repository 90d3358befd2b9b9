using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Services;
using Pipeline.Ingestor;
using Pipeline.Streaming;

namespace Pipeline.EndToEnd;

/// <summary>One linked trace from webhook to row: the four services in this process, with somebody who listens to their spans.</summary>
public sealed class TracingTests
{
    private const string SigningKey = "a signing key of at least thirty-two characters";
    private const string Phone = "972555550101";
    private const string Lid = "82399031480511";
    private const string Message = $$$"""
        {"business":1,"source":"baileys","session":"business_1","me":{"id":"972525550100:14@s.whatsapp.net","lid":"118203344556677:14@lid"},"event":"messages.upsert","data":{"type":"notify","messages":[{"key":{"remoteJid":"{{{Lid}}}@lid","remoteJidAlt":"{{{Phone}}}@s.whatsapp.net","fromMe":false,"id":"A1"},"messageTimestamp":1760000000,"pushName":"Dana","message":{"conversation":"a secret word"}}]}}
        """;

    [Fact]
    public async Task From_the_webhooks_trace_one_gets_to_the_batch_that_stored_the_message_and_no_span_holds_personal_data()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is StreamingMetrics.Name or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        var webhook = await SendThroughAllFourAsync();

        // The request continues the producer's trace, and what it writes is below it.
        var request = Assert.Single(spans, span => span.Source.Name == "Microsoft.AspNetCore" && span.TraceId == webhook.TraceId && span.ParentSpanId == webhook.SpanId);
        var send = Assert.Single(spans, span => span.DisplayName == "send whatsapp.raw.v1" && span.TraceId == webhook.TraceId);
        Assert.Equal(request.SpanId, send.ParentSpanId);

        // A batch has many parents, so it links to them.
        foreach (var topic in new[] { "whatsapp.raw.v1", "whatsapp.enriched.v1", "whatsapp.linked.v1" })
        {
            var batch = Assert.Single(spans, span => span.DisplayName == $"process {topic}" && span.Links.Any(link => link.Context.TraceId == webhook.TraceId));
            Assert.All(batch.Links, link => Assert.Equal(send.SpanId, link.Context.SpanId));
            Assert.Equal(ActivityKind.Consumer, batch.Kind);
        }

        Assert.All(spans, span =>
        {
            var said = string.Join('\n', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Concat(span.Events.Select(one => one.Name + string.Join(' ', one.Tags))).Concat(span.Baggage.Select(one => one.Key + one.Value)).Append(span.DisplayName));
            foreach (var personal in new[] { Phone, Lid, "972525550100", "118203344556677", "Dana", "secret", "@lid", "@s.whatsapp.net", "business_1" }) Assert.DoesNotContain(personal, said);
        });
    }

    private static async Task<ActivityContext> SendThroughAllFourAsync()
    {
        var webhook = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        var folder = Directory.CreateTempSubdirectory("pipeline-traced-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        await using var guardian = new Guardian();
        var plan = new Infrastructure.Plan(folder.FullName, "traced", Durable: false);
        await using (var infrastructure = await Infrastructure.StartAsync(plan, guardian, _ => { }, default))
        {
            var settings = PipelineSettings.For(infrastructure, plan, SigningKey, LoopbackPort.Free(ServiceKind.All.Count));
            await using var services = new InProcessServices(settings);
            using var health = new ServiceHealth();
            Assert.True(await health.WaitUntilReadyAsync(settings.Urls["ingestor"], () => services.Ended.Count > 0, TimeSpan.FromSeconds(60), default));

            using var http = new HttpClient();
            using var post = new HttpRequestMessage(HttpMethod.Post, settings.Urls["ingestor"] + "/v1/webhooks/baileys") { Content = new StringContent(Message, MediaTypeHeaderValue.Parse("application/json")) };
            post.Headers.Authorization = new AuthenticationHeaderValue("Bearer", BusinessTokens.Issue(SigningKey, 1));
            post.Headers.TryAddWithoutValidation("traceparent", $"00-{webhook.TraceId}-{webhook.SpanId}-01");
            using var answer = await http.SendAsync(post);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

            using var monitor = new StageMonitor(settings.BootstrapServers, settings.TopicPrefix, TimeProvider.System);
            Assert.Equal(Drain.End.Drained, (await Drain.WaitAsync(monitor.ReadAsync, _ => { }, TimeSpan.FromSeconds(90), TimeProvider.System, default)).End);
        }
        folder.Delete(recursive: true);
        return webhook;
    }
}
