using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Streaming;

namespace Pipeline.Ingestor;

/// <summary>
/// <c>POST /v1/webhooks/{source}</c>: one event as JSON, or many as NDJSON (one a line). Answers 202 only after Kafka has acknowledged
/// every record, so a 2xx means durable. Whatever is not 2xx may be sent again without harm: the same event keeps its id.
/// </summary>
public sealed class Webhooks(RawEvents events, RecordProducer producer, BusinessTokens tokens, IngestorOptions options, IngestorMetrics metrics, ReceptionClock clock)
{
    private static readonly string[] Sources = ["baileys", "evolution", "waha"];

    /// <summary>Handles one request.</summary>
    public async Task<IResult> AcceptAsync(HttpRequest request, string source)
    {
        var business = tokens.BusinessOf(request.Headers.Authorization);
        if (business is null)
            return Refused(new Refusal(401, "unauthorized", "Send the business's token as `Authorization: Bearer …` (pipeline token --business N prints it)."));
        if (!Sources.Contains(source))
            return Refused(new Refusal(404, "unknown_source", $"The source '{source}' is unknown; it is one of {string.Join(", ", Sources)}."));

        var (body, length, tooLarge) = await ReadBodyAsync(request);
        if (tooLarge is not null) return Refused(tooLarge);

        var manyLines = request.ContentType?.StartsWith("application/x-ndjson", StringComparison.OrdinalIgnoreCase) ?? false;
        var read = manyLines ? ReadLines(body.AsMemory(0, length), source, business.Value) : ReadOne(body.AsMemory(0, length), source, business.Value);

        if (!manyLines && read.Refused is [var (_, only)]) return Refused(only);

        try
        {
            await producer.WriteAsync(read.Records, options.AcknowledgeWithin, request.HttpContext.RequestAborted);
        }
        catch (KafkaUnavailableException)
        {
            metrics.CountRefused("kafka_unavailable", read.Events);
            request.HttpContext.Response.Headers.RetryAfter = "1";
            return Problem(new Refusal(503, "kafka_unavailable", "Kafka did not acknowledge the events in time. Send the same request again; what was stored is not stored twice."));
        }
        catch (RecordTooLargeException)
        {
            return Refused(new Refusal(413, "event_too_large", "An event is larger than Kafka takes (message.max.bytes)."));
        }

        metrics.CountAccepted(read.Records.Count);
        foreach (var (_, refusal) in read.Refused) metrics.CountRefused(refusal.Code, 1);
        return Results.Json(
            new
            {
                accepted = read.Records.Count,
                events = read.Events,
                refused = read.Refused.Select(r => new { line = r.Line, error = r.Refusal.Code, detail = r.Refusal.Detail }),
            },
            statusCode: StatusCodes.Status202Accepted);
    }

    private Reading ReadOne(ReadOnlyMemory<byte> json, string source, long business)
    {
        var reading = new Reading();
        Add(reading, json, 1, source, business);
        return reading;
    }

    private Reading ReadLines(ReadOnlyMemory<byte> body, string source, long business)
    {
        var reading = new Reading();
        for (var line = 1; !body.IsEmpty; line++)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var json = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (!json.Span.Trim(" \r\t"u8).IsEmpty) Add(reading, json, line, source, business);
        }
        return reading;
    }

    private void Add(Reading to, ReadOnlyMemory<byte> json, int line, string source, long business)
    {
        using var posted = WebhookEvent.Read(json, source, business, out var refusal);
        var records = posted is null ? null : events.From(posted, source, business, clock.Next(), out refusal);
        if (records is null)
            to.Refused.Add((line, refusal!));
        else
        {
            to.Events++;
            to.Records.AddRange(records);
        }
    }

    private async Task<(byte[] Body, int Length, Refusal? TooLarge)> ReadBodyAsync(HttpRequest request)
    {
        var tooLarge = new Refusal(413, "body_too_large", $"A request body may have {options.MaxBodyBytes} bytes (Ingestor:MaxBodyBytes). Send fewer events at a time.");
        if (request.ContentLength > options.MaxBodyBytes) return ([], 0, tooLarge);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;

        var body = new byte[request.ContentLength ?? 16 * 1024];
        var length = 0;
        while (true)
        {
            if (length == body.Length)
            {
                if (length > options.MaxBodyBytes) return ([], 0, tooLarge);
                if (request.ContentLength == length) break;
                Array.Resize(ref body, Math.Max(1024, body.Length * 2));
            }
            var read = await request.Body.ReadAsync(body.AsMemory(length), request.HttpContext.RequestAborted);
            if (read == 0) break;
            length += read;
        }
        return length > options.MaxBodyBytes ? ([], 0, tooLarge) : (body, length, null);
    }

    private IResult Refused(Refusal refusal)
    {
        metrics.CountRefused(refusal.Code, 1);
        return Problem(refusal);
    }

    private static IResult Problem(Refusal refusal) =>
        Results.Problem(
            refusal.Detail,
            statusCode: refusal.Status,
            title: refusal.Code,
            type: "urn:whatsapp-pipeline:" + refusal.Code,
            extensions: Activity.Current is { } activity ? new Dictionary<string, object?> { ["traceId"] = activity.TraceId.ToString() } : null);

    private sealed class Reading
    {
        public List<Output> Records { get; } = [];
        public List<(int Line, Refusal Refusal)> Refused { get; } = [];
        public int Events { get; set; }
    }
}
