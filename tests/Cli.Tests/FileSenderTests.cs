using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Cli.Sending;
using Answers = Microsoft.AspNetCore.Http.Results;

namespace Pipeline.Cli.Tests;

public sealed class FileSenderTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Source, string Token, string Type, string[] Lines)> requests = [];
    private Func<HttpRequest, string[], IResult> answer = (_, lines) => Accepted(lines.Length);
    private WebApplication ingestor = null!;
    private Uri url = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        ingestor = builder.Build();
        ingestor.MapPost("/v1/webhooks/{source}", async (HttpRequest request, string source) =>
        {
            using var reader = new StreamReader(request.Body);
            var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            requests.Enqueue((source, request.Headers.Authorization.ToString(), request.ContentType ?? "", lines));
            return answer(request, lines);
        });
        await ingestor.StartAsync();
        url = new Uri(ingestor.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async Task DisposeAsync() => await ingestor.DisposeAsync();

    [Fact]
    public async Task The_lines_of_a_business_arrive_in_the_order_of_the_file()
    {
        var counts = await SendAsync(Enumerable.Range(0, 2000).Select(number => Line(number % 3 + 1, number)));
        Assert.Equal(2000, counts.Events);
        foreach (var business in requests.GroupBy(request => request.Token))
            Assert.Equal(business.SelectMany(request => request.Lines).Order(StringComparer.Ordinal), business.SelectMany(request => request.Lines));
    }

    [Fact]
    public async Task A_request_holds_lines_of_one_business_and_one_source()
    {
        await SendAsync([Line(1, 1), Line(1, 2, "waha"), Line(2, 3), Line(1, 4, "waha")]);
        Assert.Equal(
            [("Bearer token-1", "baileys", 1), ("Bearer token-1", "waha", 2), ("Bearer token-2", "baileys", 1)],
            requests.Select(request => (request.Token, request.Source, request.Lines.Length)).Order());
        Assert.All(requests, request => Assert.Equal("application/x-ndjson", request.Type));
    }

    [Fact]
    public async Task A_request_holds_at_most_256_lines()
    {
        await SendAsync(Enumerable.Range(0, 600).Select(number => Line(1, number)));
        Assert.Equal([256, 256, 88], requests.Select(request => request.Lines.Length));
    }

    [Fact]
    public async Task A_request_holds_at_most_half_a_megabyte_and_a_longer_line_goes_alone()
    {
        await SendAsync([Line(1, 1), Line(1, 2, padding: 600_000), Line(1, 3, padding: 300_000), Line(1, 4, padding: 300_000)]);
        Assert.Equal([1, 1, 1, 1], requests.Select(request => request.Lines.Length));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task Not_now_is_waited_for_and_the_same_request_sent_again(int status)
    {
        var tries = 0;
        answer = (request, lines) =>
        {
            if (Interlocked.Increment(ref tries) > 2) return Accepted(lines.Length);
            request.HttpContext.Response.Headers.RetryAfter = "0";
            return Answers.Problem(statusCode: status);
        };
        var counts = await SendAsync([Line(1, 1), Line(1, 2)]);
        Assert.Equal(2, counts.Events);
        Assert.Equal(3, requests.Count);
        Assert.Single(requests.Select(request => string.Join('\n', request.Lines)).Distinct());
    }

    [Fact]
    public async Task An_Ingestor_that_never_has_time_ends_the_sending_with_advice()
    {
        answer = (_, _) => Answers.Problem(statusCode: 503, detail: "Kafka is away.");
        var failure = await Assert.ThrowsAsync<PipelineException>(() => SendAsync([Line(1, 1)], patience: TimeSpan.FromMilliseconds(300)));
        Assert.Contains("Kafka is away", failure.Message);
        Assert.Contains("./pipeline up", failure.Advice);
    }

    [Fact]
    public async Task An_Ingestor_that_is_not_there_ends_the_sending_with_advice()
    {
        await ingestor.StopAsync();
        var failure = await Assert.ThrowsAsync<PipelineException>(() => SendAsync([Line(1, 1)], patience: TimeSpan.FromMilliseconds(300)));
        Assert.Contains("refused", failure.Message);
    }

    [Theory]
    [InlineData(401, "token")]
    [InlineData(403, "business 1")]
    [InlineData(400, "lines 1 to 2")]
    public async Task Any_other_answer_ends_the_sending_and_is_explained(int status, string expected)
    {
        answer = (_, _) => Answers.Problem(statusCode: status, detail: "No.");
        var failure = await Assert.ThrowsAsync<PipelineException>(() => SendAsync([Line(1, 1), Line(1, 2)]));
        Assert.Contains(expected, failure.Message);
        Assert.Single(requests);
    }

    [Fact]
    public async Task A_line_that_the_Ingestor_refuses_is_reported_with_its_number_in_the_file()
    {
        answer = (_, lines) => Answers.Json(new { accepted = lines.Length - 1, events = lines.Length - 1, refused = new[] { new { line = 2, error = "invalid_type", detail = "No." } } }, statusCode: 202);
        var counts = await SendAsync(["", Line(1, 1), "broken", Line(1, 2), Line(1, 3)]);
        Assert.Equal([(3, "invalid_json"), (4, "invalid_type")], counts.Refused.Select(line => (line.Number, line.Reason)));
        Assert.Equal((4, 2), (counts.Lines, counts.Events));
    }

    private static IResult Accepted(int events) => Answers.Json(new { accepted = events, events, refused = Array.Empty<object>() }, statusCode: 202);

    private static string Line(int business, int number, string source = "baileys", int padding = 0) =>
        $$$"""{"n":"{{{number:D6}}}","business":{{{business}}},"source":"{{{source}}}","event":"e","data":{"padding":"{{{new string('x', padding)}}}"}}""";

    private async Task<SendCounts> SendAsync(IEnumerable<string> lines, TimeSpan? patience = null)
    {
        using var http = new HttpClient();
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        var client = new WebhookClient(http, url, business => $"token-{business}", patience ?? TimeSpan.FromSeconds(30), TimeProvider.System);
        var counts = new SendCounts();
        await new FileSender(client).SendAsync(InputLines.ReadAsync(input, default), counts, onAccepted: null, default);
        return counts;
    }
}
