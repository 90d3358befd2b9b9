using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Pipeline.Contracts;
using Pipeline.Servers;
using Pipeline.Streaming;

namespace Pipeline.Ingestor.Tests;

/// <summary>The door, over real HTTP and a real Kafka protocol.</summary>
public sealed class WebhookTests : IClassFixture<WebhookTests.RunningIngestor>
{
    private const string Upsert = """{"business":1,"source":"baileys","event":"messages.upsert","data":{"messages":[{"key":{"remoteJid":"12025550143@s.whatsapp.net","fromMe":false,"id":"A1"},"messageTimestamp":1760000000,"message":{"conversation":"hello"}}],"type":"notify"}}""";

    private readonly RunningIngestor ingestor;

    public WebhookTests(RunningIngestor ingestor) => this.ingestor = ingestor;

    [Fact]
    public async Task An_event_is_accepted_after_Kafka_has_it()
    {
        using var answer = await PostAsync(Upsert);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(1, (await JsonOf(answer)).GetProperty("accepted").GetInt32());
    }

    [Fact]
    public async Task A_batch_becomes_one_record_for_each_message()
    {
        var messages = string.Join(',', Enumerable.Range(0, 500).Select(i => $$$"""{"key":{"remoteJid":"12025550143@s.whatsapp.net","fromMe":false,"id":"B{{{i}}}"},"message":{"conversation":"x"}}"""));
        using var answer = await PostAsync($$$"""{"business":1,"event":"messages.upsert","data":{"messages":[{{{messages}}}],"type":"append"}}""");
        Assert.Equal(500, (await JsonOf(answer)).GetProperty("accepted").GetInt32());
    }

    [Fact]
    public async Task Many_events_can_be_sent_at_once_and_a_bad_line_is_named_and_the_rest_goes_on()
    {
        using var answer = await PostAsync($"{Upsert}\nnot json\n\n{Upsert.Replace("\"business\":1", "\"business\":2", StringComparison.Ordinal)}\n{Upsert}\n", contentType: "application/x-ndjson");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var said = await JsonOf(answer);
        Assert.Equal(2, said.GetProperty("events").GetInt32());
        Assert.Equal([(2, "invalid_json"), (4, "wrong_business")], said.GetProperty("refused").EnumerateArray().Select(r => (r.GetProperty("line").GetInt32(), r.GetProperty("error").GetString()!)));
    }

    [Theory]
    [InlineData("hello, I am not JSON", 400, "invalid_json")]
    [InlineData("", 400, "invalid_json")]
    [InlineData("{\"messages\":[{\"messageTimestamp\":NaN}]}", 400, "invalid_json")]
    [InlineData("[{\"key\":{}}]", 400, "invalid_type")]
    [InlineData("42", 400, "invalid_type")]
    [InlineData("{\"business\":\"1\",\"event\":\"x\",\"data\":{}}", 400, "invalid_type")]
    [InlineData("{\"business\":1.5,\"event\":\"x\",\"data\":{}}", 400, "invalid_type")]
    [InlineData("{\"business\":1,\"event\":7,\"data\":{}}", 400, "invalid_type")]
    [InlineData("{\"business\":1,\"event\":\"messages.upsert\"}", 400, "invalid_type")]
    [InlineData("{\"business\":1}", 400, "invalid_type")]
    [InlineData("{\"business\":2,\"event\":\"messages.upsert\",\"data\":{}}", 403, "wrong_business")]
    [InlineData("{\"business\":1,\"source\":\"waha\",\"event\":\"messages.upsert\",\"data\":{}}", 400, "wrong_source")]
    public async Task What_is_no_event_is_refused_with_a_reason(string body, int status, string code)
    {
        using var answer = await PostAsync(body);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(code, (await JsonOf(answer)).GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("\ufeff")]
    [InlineData("  ")]
    public async Task A_byte_order_mark_or_blanks_in_front_do_no_harm(string before)
    {
        using var answer = await PostAsync(before + Upsert);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Fact]
    public async Task A_payload_that_was_encoded_twice_is_read_once_more()
    {
        using var answer = await PostAsync(JsonSerializer.Serialize(Upsert));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Fact]
    public async Task A_bare_upsert_payload_is_known_by_its_shape()
    {
        using var answer = await PostAsync("""{"messages":[{"key":{"remoteJid":"12025550143@s.whatsapp.net","id":"C1"}}],"type":"notify"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Without_a_valid_token_nothing_is_taken(string? token)
    {
        using var answer = await PostAsync(Upsert, token: token ?? "");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    // An operator's word is written by tools; nobody can send one as an event.
    [Fact]
    public async Task An_operators_word_cannot_be_sent()
    {
        const string Denial = """{"business":1,"source":"operator","event":"pair.denied","data":{"lid":"82399031480511","phone":"+12025550143"}}""";
        using var byRoute = await PostAsync(Denial, source: "operator");
        Assert.Equal(HttpStatusCode.NotFound, byRoute.StatusCode);
        Assert.Equal("unknown_source", (await JsonOf(byRoute)).GetProperty("title").GetString());
        using var byBody = await PostAsync(Denial);
        Assert.Equal(HttpStatusCode.BadRequest, byBody.StatusCode);
        Assert.Equal("wrong_source", (await JsonOf(byBody)).GetProperty("title").GetString());
    }

    [Fact]
    public async Task An_unknown_source_is_not_found()
    {
        using var answer = await PostAsync(Upsert, source: "telegram");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_before_it_is_read()
    {
        using var answer = await PostAsync(new string(' ', 5 * 1024 * 1024));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task One_event_over_the_limit_is_refused_at_the_door_and_not_one_stage_later()
    {
        using var answer = await PostAsync(Upsert.Replace("hello", new string('x', 600 * 1024), StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("event_too_large", (await JsonOf(answer)).GetProperty("title").GetString());
    }

    [Fact]
    public async Task Health_says_alive_and_ready()
    {
        foreach (var path in new[] { "/health/live", "/health/ready" })
            Assert.Equal(HttpStatusCode.OK, (await ingestor.Client.GetAsync(path)).StatusCode);
    }

    private static async Task<JsonElement> JsonOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>())!;

    private async Task<HttpResponseMessage> PostAsync(string body, string source = "baileys", string contentType = "application/json", string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/webhooks/{source}") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        token ??= BusinessTokens.Issue(RunningIngestor.Key, 1);
        if (token.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await ingestor.Client.SendAsync(request);
    }

    public sealed class RunningIngestor : IAsyncLifetime
    {
        public const string Key = "a signing key of at least thirty-two characters";

        private EmbeddedBroker broker = null!;
        private SchemaRegistryServer registry = null!;
        private WebApplication app = null!;

        public HttpClient Client { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            broker = EmbeddedBroker.Start();
            broker.CreateTopic(new Topics().Raw.Name, 4);
            registry = await SchemaRegistryServer.StartAsync(id: 1);
            app = IngestorService.Create(
            [
                $"--Kafka:BootstrapServers={broker.BootstrapServers}", $"--SchemaRegistry:Url={registry.Url}", "--Http:Url=http://127.0.0.1:0",
                $"--Ingestor:SigningKey={Key}", "--Logging:LogLevel:Default=Warning",
            ]);
            await app.StartAsync();
            Client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
            while (!(await Client.GetAsync("/health/ready")).IsSuccessStatusCode) await Task.Delay(50);
        }

        public async Task DisposeAsync()
        {
            Client.Dispose();
            await app.StopAsync();
            await app.DisposeAsync();
            await registry.DisposeAsync();
            broker.Dispose();
        }
    }
}
