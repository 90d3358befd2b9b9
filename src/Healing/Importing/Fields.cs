using System.Globalization;
using System.Text.Json;

namespace Pipeline.Healing.Importing;

/// <summary>Fields of an item, as the three programs write them: absent, null and empty are the same.</summary>
internal static class Fields
{
    /// <summary>The field, unless it is absent or null.</summary>
    public static JsonElement? Field(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    /// <summary>The field's text, or a number as it is written; null when it is empty.</summary>
    public static string? Text(this JsonElement element, string name) => element.Field(name) switch
    {
        { ValueKind: JsonValueKind.String } text => Storable(text),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>An address: text, or the object that browsers' engines make of it (<c>_serialized</c>).</summary>
    public static string? Address(this JsonElement element, string name) =>
        element.Field(name) is { ValueKind: JsonValueKind.Object } parts ? parts.Text("_serialized") : element.Text(name);

    /// <summary>Seconds or milliseconds since 1970, or ISO 8601; null when it is neither.</summary>
    public static DateTimeOffset? Moment(this JsonElement element, string name) => Moment(element.Text(name));

    /// <summary>The same for a text.</summary>
    public static DateTimeOffset? Moment(string? text)
    {
        if (text is null) return null;
        if (text.EndsWith(" UTC", StringComparison.Ordinal)) text = text[..^4]; // As Ruby writes it.
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number switch
            {
                <= 0 or >= 100_000_000_000_000 => null,
                < 100_000_000_000 => DateTimeOffset.FromUnixTimeSeconds(number),
                _ => DateTimeOffset.FromUnixTimeMilliseconds(number),
            };
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }

    // Half a surrogate pair is no text; System.Text.Json throws for it.
    private static string? Storable(JsonElement text)
    {
        try
        {
            return text.GetString() is { Length: > 0 } value ? value : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
