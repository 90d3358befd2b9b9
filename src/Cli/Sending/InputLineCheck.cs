using System.Text.Json;

namespace Pipeline.Cli.Sending;

/// <summary>
/// Looks at one line before it is sent: only at the envelope, which decides where it goes. What the event holds is for the Ingestor
/// and the Resolver to judge.
/// </summary>
internal static class InputLineCheck
{
    private static readonly string[] Sources = ["baileys", "evolution", "waha"];

    /// <summary>The line with its business and source, or why it cannot be sent.</summary>
    public static (InputLine? Line, RefusedLine? Refused) Check(int number, byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
            return Read(ref reader, number, json);
        }
        catch (JsonException broken)
        {
            return Refuse("invalid_json", $"The line is not JSON: it breaks off or goes wrong at byte {broken.BytePositionInLine + 1}.");
        }
        catch (InvalidOperationException)
        {
            return Refuse("invalid_json", "The line is not valid UTF-8.");
        }

        (InputLine?, RefusedLine?) Refuse(string reason, string detail) => (null, new RefusedLine(number, reason, detail));
    }

    private static (InputLine? Line, RefusedLine? Refused) Read(ref Utf8JsonReader reader, int number, byte[] json)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return Refused("invalid_type", "The line is JSON, but not an object.");

        long? business = null;
        string? source = null;
        bool businessSeen = false, sourceSeen = false, hasEvent = false, hasData = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("business"u8))
            {
                reader.Read();
                businessSeen = true;
                business = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? value : null;
            }
            else if (reader.ValueTextEquals("source"u8))
            {
                reader.Read();
                sourceSeen = true;
                source = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            else if (reader.ValueTextEquals("event"u8))
            {
                reader.Read();
                hasEvent = reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 };
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                hasData = true;
            }
            else
            {
                reader.Read();
            }
            // Also finds out whether the rest of the line is JSON at all.
            reader.Skip();
        }
        while (reader.Read())
        {
            // Anything after the object is refused by the reader itself.
        }

        if (!businessSeen) return Refused("missing_business", "The line has no \"business\".");
        if (business is not > 0) return Refused("invalid_business", "\"business\" is not a positive whole number.");
        if (!sourceSeen) return Refused("missing_source", "The line has no \"source\".");
        if (source is null || !Sources.Contains(source)) return Refused("unknown_source", $"\"source\" is none of {string.Join(", ", Sources)}.");
        if (!hasEvent) return Refused("missing_event", "The line has no \"event\" name.");
        if (!hasData) return Refused("missing_data", "The line has no \"data\".");
        return (new InputLine(number, business.Value, source, json), null);

        (InputLine?, RefusedLine?) Refused(string reason, string detail) => (null, new RefusedLine(number, reason, detail));
    }
}
