using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Pipeline.Contracts;

namespace Pipeline.Cli.DeadLetters;

/// <summary>The value of a dead letter as text. It is personal data and shown on request only.</summary>
internal static class LetterPayload
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As JSON where it can be decoded; else as text, or as hexadecimal.</summary>
    public static string Of(Letter letter, Topics topics)
    {
        if (letter.Record.Value is not { } value) return "(no value)";
        if (topics.All.FirstOrDefault(topic => topic.Name == letter.SourceTopic) is { } known)
        {
            try
            {
                var message = known.Value.Parser.ParseFrom(value[Contracts.WireFormat.FrameLength(value)..]);
                var json = JsonNode.Parse(JsonFormatter.Default.Format(message))!;
                // What the producer sent is JSON itself.
                if (message is RawEvent raw && Parsed(raw.Payload.ToByteArray()) is { } payload) json["payload"] = payload;
                return json.ToJsonString(Indented);
            }
            catch (Exception undecodable) when (undecodable is UndecodableRecordException or InvalidProtocolBufferException)
            {
                // The usual case of a letter that was set aside for its bytes.
            }
        }
        return Parsed(value)?.ToJsonString(Indented) ?? Text(value) ?? "hex " + Convert.ToHexStringLower(value);
    }

    private static JsonNode? Parsed(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(byte[] bytes)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')) ? null : Terminal.Harmless(text);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
