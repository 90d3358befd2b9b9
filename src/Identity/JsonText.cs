using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>
/// Values out of JSON that never throw, whatever the value is. A text is made storable: halves of surrogate pairs, broken UTF-8 and NUL
/// become U+FFFD, because neither UTF-8 encoders nor Postgres take them.
/// </summary>
internal static class JsonText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The property; false when the element is no object, has no such property or the property is null.</summary>
    public static bool TryGet(JsonElement element, ReadOnlySpan<byte> name, out JsonElement value)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null) return true;
        value = default;
        return false;
    }

    /// <summary>The property's text; null when it is absent or no string.</summary>
    public static string? Of(JsonElement element, ReadOnlySpan<byte> name) => TryGet(element, name, out var value) ? Of(value) : null;

    /// <summary>The text; null when the element is no string.</summary>
    public static string? Of(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String) return null;
        var raw = JsonMarshal.GetRawUtf8Value(element)[1..^1];
        return raw.Contains((byte)'\\') ? Unescape(raw) : Encoding.UTF8.GetString(raw);
    }

    /// <summary>The text, with the empty text counted as absent.</summary>
    public static string? Filled(JsonElement element) => Of(element) is { Length: > 0 } text ? text : null;

    /// <summary>The property's text, with the empty text counted as absent.</summary>
    public static string? Filled(JsonElement element, ReadOnlySpan<byte> name) => TryGet(element, name, out var value) ? Filled(value) : null;

    /// <summary>An identifier: text, or a number as it is written.</summary>
    public static string? Identifier(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Filled(element),
        JsonValueKind.Number => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element)),
        _ => null,
    };

    /// <summary>The element is this very text. The document's own comparison throws when the text is no Unicode.</summary>
    public static bool Is(JsonElement element, ReadOnlySpan<byte> text)
    {
        if (element.ValueKind != JsonValueKind.String) return false;
        var raw = JsonMarshal.GetRawUtf8Value(element)[1..^1];
        if (!raw.Contains((byte)'\\')) return raw.SequenceEqual(text);
        return Unescape(raw) == Encoding.UTF8.GetString(text);
    }

    /// <summary>True for <c>true</c>, "true", 1 and "1".</summary>
    public static bool IsTrue(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.String => Is(element, "true"u8) || Is(element, "1"u8),
        JsonValueKind.Number => element.TryGetInt32(out var number) && number == 1,
        _ => false,
    };

    /// <summary>A whole number, written as number or as text.</summary>
    public static bool TryInteger(JsonElement element, out long value)
    {
        value = 0;
        return element.ValueKind switch
        {
            JsonValueKind.Number => element.TryGetInt64(out value),
            JsonValueKind.String => long.TryParse(Of(element), System.Globalization.NumberStyles.AllowLeadingSign, null, out value),
            _ => false,
        };
    }

    private static string Unescape(ReadOnlySpan<byte> raw)
    {
        var buffer = ArrayPool<char>.Shared.Rent(raw.Length);
        var length = 0;
        while (!raw.IsEmpty)
        {
            var plain = raw.IndexOf((byte)'\\');
            if (plain < 0) plain = raw.Length;
            length += Encoding.UTF8.GetChars(raw[..plain], buffer.AsSpan(length));
            raw = raw[plain..];
            if (raw.Length < 2) break;
            if (raw[1] != (byte)'u')
            {
                buffer[length++] = raw[1] switch
                {
                    (byte)'n' => '\n',
                    (byte)'t' => '\t',
                    (byte)'r' => '\r',
                    (byte)'b' => '\b',
                    (byte)'f' => '\f',
                    var other => (char)other,
                };
                raw = raw[2..];
                continue;
            }
            var unit = CodeUnit(raw);
            raw = raw[6..];
            if (char.IsHighSurrogate(unit) && raw is [(byte)'\\', (byte)'u', _, _, _, _, ..] && CodeUnit(raw) is var low && char.IsLowSurrogate(low))
            {
                buffer[length++] = unit;
                buffer[length++] = low;
                raw = raw[6..];
            }
            else
            {
                buffer[length++] = unit == '\0' || char.IsSurrogate(unit) ? Replacement : unit;
            }
        }
        var text = new string(buffer, 0, length);
        ArrayPool<char>.Shared.Return(buffer);
        return text;
    }

    // The parser has already checked that four hexadecimal digits follow.
    private static char CodeUnit(ReadOnlySpan<byte> escape)
    {
        var value = 0;
        foreach (var digit in escape[2..6]) value = value * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return (char)value;
    }
}
