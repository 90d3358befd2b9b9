using System.Text;
using System.Text.Json;

namespace Pipeline.Ingestor;

/// <summary>
/// One event as a producer posts it: the product's own envelope <c>{business, source, session, me, event, data}</c>, the webhook body of
/// Evolution API or WAHA as those servers send it, or a bare Baileys payload. Read once; <see cref="Data"/> points into the document.
/// </summary>
public sealed class WebhookEvent : IDisposable
{
    // Wrappers and quotes nest; this is far beyond anything a client makes and far below what would hurt a reader.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 256 };

    private readonly JsonDocument document;

    private WebhookEvent(JsonDocument document, string session, string ownPhoneAddress, string ownLidAddress, string eventType, JsonElement data)
    {
        this.document = document;
        Session = session;
        OwnPhoneAddress = ownPhoneAddress;
        OwnLidAddress = ownLidAddress;
        EventType = eventType;
        Data = data;
    }

    /// <summary>The producer's name for the session; may be empty.</summary>
    public string Session { get; }

    /// <summary>The business's own phone address as given; may be empty.</summary>
    public string OwnPhoneAddress { get; }

    /// <summary>The business's own LID address as given; may be empty.</summary>
    public string OwnLidAddress { get; }

    /// <summary>The producer's event name.</summary>
    public string EventType { get; }

    /// <summary>The event's payload.</summary>
    public JsonElement Data { get; }

    /// <summary>Reads one event.</summary>
    /// <param name="json">UTF-8, with or without a byte order mark.</param>
    /// <param name="source">The source named in the address of the request.</param>
    /// <param name="business">The business of the credential.</param>
    /// <param name="refusal">Why it cannot be accepted, when null is returned.</param>
    public static WebhookEvent? Read(ReadOnlyMemory<byte> json, string source, long business, out Refusal? refusal)
    {
        if (json.Span.StartsWith(Encoding.UTF8.Preamble)) json = json[Encoding.UTF8.Preamble.Length..];

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Strict);
            // Some writers encode twice. The text inside is the event; once more and no further.
            if (document.RootElement.ValueKind == JsonValueKind.String)
            {
                var inner = document.RootElement.GetString()!;
                document.Dispose();
                document = JsonDocument.Parse(inner, Strict);
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The parser's own message may quote the payload; the place is enough.
            refusal = broken is JsonException { LineNumber: { } line, BytePositionInLine: { } at }
                ? Refusal.InvalidJson($"Not valid JSON: see line {line + 1}, byte {at + 1}.")
                : Refusal.InvalidJson("Not valid JSON.");
            return null;
        }

        var read = FromRoot(document, source, business, out refusal);
        if (read is null) document.Dispose();
        return read;
    }

    /// <inheritdoc/>
    public void Dispose() => document.Dispose();

    private static WebhookEvent? FromRoot(JsonDocument document, string source, long business, out Refusal? refusal)
    {
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            refusal = Refusal.InvalidType($"An event is a JSON object, this is {Describe(root.ValueKind)}.");
            return null;
        }

        if (root.TryGetProperty("business", out var stated))
        {
            if (stated.ValueKind != JsonValueKind.Number || !stated.TryGetInt64(out var statedBusiness))
            {
                refusal = Refusal.InvalidType("`business` is a whole number of 64 bits.");
                return null;
            }
            if (statedBusiness != business)
            {
                refusal = new Refusal(403, "wrong_business", $"The credential belongs to business {business}, the event names another one.");
                return null;
            }
        }
        if (TextOf(root, "source") is { Length: > 0 } statedSource && root.TryGetProperty("data", out _) && root.TryGetProperty("business", out _)
            && !string.Equals(statedSource, source, StringComparison.Ordinal))
        {
            refusal = new Refusal(400, "wrong_source", $"The event names another source than the address it was posted to (/v1/webhooks/{source}).");
            return null;
        }

        refusal = null;
        if (root.TryGetProperty("event", out var named))
        {
            if (named.ValueKind != JsonValueKind.String || TextOf(root, "event") is not { Length: > 0 and <= 100 } eventType)
            {
                refusal = Refusal.InvalidType("`event` is the event's name, a text of 1 to 100 characters.");
                return null;
            }
            // Evolution API and WAHA post a body of their own, without `business`: then the whole body is the data.
            var foreign = source != "baileys" && !root.TryGetProperty("business", out _);
            if (!foreign && !root.TryGetProperty("data", out _))
            {
                refusal = Refusal.InvalidType("`data` is missing: it holds exactly what the library emitted.");
                return null;
            }
            var data = foreign ? root : root.GetProperty("data");
            var session = TextOf(root, "session") ?? (foreign ? TextOf(root, "instance") : null) ?? "";
            var (phone, lid) = root.TryGetProperty("me", out var me) && me.ValueKind == JsonValueKind.Object
                ? (TextOf(me, "id") ?? "", TextOf(me, "lid") ?? "")
                : ("", "");
            return new WebhookEvent(document, session, phone, lid, eventType, data);
        }

        // A bare Baileys payload: only the upsert can be told by its shape.
        if (source == "baileys" && root.TryGetProperty("messages", out _))
            return new WebhookEvent(document, "", "", "", "messages.upsert", root);

        refusal = Refusal.InvalidType("`event` is missing: it names what the library emitted, for example messages.upsert.");
        return null;
    }

    private static string? TextOf(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate. None of the envelope's own fields can mean anything with one; the payload is kept as it came.
            return null;
        }
    }

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a truth value",
    };
}
