using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Pipeline.Cli.Sending;

/// <summary>
/// Sends requests to an Ingestor's webhook. “Not now” (429, 503, no connection) is waited for and the same request sent again, which
/// is safe because an event delivered twice has the same id; anything else that is not 202 ends the sending with a clear report.
/// </summary>
internal sealed class WebhookClient(HttpClient http, Uri ingestor, Func<long, string> tokenOf, TimeSpan patience, TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>What an Ingestor answered to one request.</summary>
    /// <param name="Events">Lines that were taken.</param>
    /// <param name="Records">Records written to Kafka for them.</param>
    /// <param name="Refused">Lines that were not taken, with their numbers in the file.</param>
    public sealed record Receipt(int Events, long Records, IReadOnlyList<RefusedLine> Refused);

    /// <summary>Sends a chunk until the Ingestor has taken it.</summary>
    /// <exception cref="PipelineException">It refuses the whole request, or does not answer for longer than the patience.</exception>
    public async Task<Receipt> SendAsync(Chunk chunk, CancellationToken cancellation)
    {
        var body = chunk.ToBody();
        var begun = clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            string problem;
            var wait = pause;
            try
            {
                using var answer = await PostAsync(chunk, body, cancellation);
                if (answer.StatusCode == HttpStatusCode.Accepted) return await ReadReceiptAsync(chunk, answer, cancellation);
                if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests))
                    throw await RefusalAsync(chunk, answer, cancellation);
                problem = $"it answers {(int)answer.StatusCode} ({await ReasonAsync(answer, cancellation)})";
                if (answer.Headers.RetryAfter?.Delta is { } asked) wait = asked < LongestPause ? asked : LongestPause;
            }
            catch (HttpRequestException away)
            {
                problem = away.InnerException?.Message ?? away.Message;
            }
            catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
            {
                problem = $"no answer within {http.Timeout.TotalSeconds:0} s";
            }

            if (clock.GetElapsedTime(begun) > patience)
            {
                throw new PipelineException(
                    $"The Ingestor at {ingestor} does not take events: {problem}.",
                    $"Waited {patience.TotalSeconds:0} s. Is it running? Start everything with ./pipeline up, or name another with --url. Sending the file again is safe: an event delivered twice counts once.");
            }
            await Task.Delay(wait, clock, cancellation);
        }
    }

    private async Task<HttpResponseMessage> PostAsync(Chunk chunk, byte[] body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(ingestor, $"/v1/webhooks/{chunk.Source}"))
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } },
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokenOf(chunk.Business));
        return await http.SendAsync(request, cancellation);
    }

    private static async Task<Receipt> ReadReceiptAsync(Chunk chunk, HttpResponseMessage answer, CancellationToken cancellation)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        using var said = await JsonDocument.ParseAsync(stream, cancellationToken: cancellation);
        var root = said.RootElement;
        var refused = new List<RefusedLine>();
        if (root.TryGetProperty("refused", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in list.EnumerateArray())
            {
                var within = entry.GetProperty("line").GetInt32();
                var number = within >= 1 && within <= chunk.Lines.Count ? chunk.Lines[within - 1].Number : within;
                refused.Add(new RefusedLine(number, entry.GetProperty("error").GetString() ?? "refused", entry.TryGetProperty("detail", out var detail) ? detail.GetString() ?? "" : ""));
            }
        }
        var taken = chunk.Lines.Count - refused.Select(line => line.Number).Distinct().Count();
        return new Receipt(taken, root.GetProperty("accepted").GetInt64(), refused);
    }

    private async Task<PipelineException> RefusalAsync(Chunk chunk, HttpResponseMessage answer, CancellationToken cancellation)
    {
        var reason = await ReasonAsync(answer, cancellation);
        var lines = $"lines {chunk.Lines[0].Number} to {chunk.Lines[^1].Number} (business {chunk.Business}, {chunk.Source})";
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new($"The Ingestor at {ingestor} does not accept our token for business {chunk.Business}: {reason}.", "The signing key differs from the Ingestor's. Set Ingestor__SigningKey to the same value, or pass --token."),
            HttpStatusCode.Forbidden => new($"The Ingestor at {ingestor} does not let us send for business {chunk.Business}: {reason}.", "The token belongs to another business. Leave --token out to have one made for each business."),
            HttpStatusCode.NotFound => new($"{ingestor} is not an Ingestor, or does not know the source '{chunk.Source}': {reason}."),
            var status => new($"The Ingestor at {ingestor} refused {lines} with {(int)status}: {reason}."),
        };
    }

    // The title and detail of a problem document (RFC 9457), else the bare status.
    private static async Task<string> ReasonAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation));
            var title = TextOf(said.RootElement, "title");
            var detail = TextOf(said.RootElement, "detail");
            return detail ?? title ?? answer.ReasonPhrase ?? "no reason given";
        }
        catch (Exception notADocument) when (notADocument is JsonException or InvalidOperationException)
        {
            return answer.ReasonPhrase ?? "no reason given";
        }

        static string? TextOf(JsonElement document, string name) =>
            document.TryGetProperty(name, out var part) && part.GetString() is { Length: > 0 } text ? text.TrimEnd('.') : null;
    }
}
