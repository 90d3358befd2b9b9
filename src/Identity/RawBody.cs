using System.Text;
using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>How request bodies and stored items become JSON: the same leniency at the door and behind it.</summary>
public static class RawBody
{
    /// <summary>
    /// Deep enough for any nesting of wrappers and quotes, shallow enough that hostile nesting ends. The usual 64 is not: quotes inside
    /// wrappers inside quotes pass it.
    /// </summary>
    public const int MaxDepth = 512;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>
    /// Parses UTF-8 JSON. A byte order mark is dropped, and a JSON text that holds JSON is unpacked once. Null when it is not JSON. The caller disposes.
    /// </summary>
    public static JsonDocument? TryParse(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8)) body = body[3..];
        if (body.IsEmpty) return null;
        try
        {
            var document = JsonDocument.Parse(body, Options);
            if (document.RootElement.ValueKind != JsonValueKind.String) return document;

            var inner = JsonText.Of(document.RootElement)!;
            if (inner.AsSpan().TrimStart() is not ['{' or '[', ..]) return document;
            document.Dispose();
            return JsonDocument.Parse(Encoding.UTF8.GetBytes(inner), Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
