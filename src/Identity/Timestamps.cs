using System.Globalization;
using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>
/// Points in time, in every way they arrive: a number, a number as text, the two halves of a 64-bit number, ISO 8601 text; in seconds,
/// milliseconds or microseconds, told apart by size.
/// </summary>
internal static class Timestamps
{
    private const long FirstMillisecond = 100_000_000_000; // as seconds: the year 5138
    private const long FirstMicrosecond = 100_000_000_000_000;
    private const long End = 100_000_000_000_000_000;

    /// <summary>The time; null when it is absent, unreadable, before 1970 or absurd.</summary>
    public static DateTimeOffset? Of(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                if (value.TryGetInt64(out var number)) return OfNumber(number);
                return value.TryGetDouble(out var real) && real is > 0 and < End ? OfNumber((long)real) : null;
            case JsonValueKind.String:
                var text = JsonText.Of(value);
                if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)) return OfNumber(number);
                return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                    && text is [>= '0' and <= '9', _, _, _, '-', ..] && time > DateTimeOffset.UnixEpoch ? time : null;
            case JsonValueKind.Object:
                return OfHalves(value);
            default:
                return null;
        }
    }

    // The low half is written as a signed 32-bit number and is negative half of the time.
    private static DateTimeOffset? OfHalves(JsonElement value)
    {
        if (!JsonText.TryGet(value, "low"u8, out var lowHalf) || !JsonText.TryInteger(lowHalf, out var low)) return null;
        var high = 0L;
        if (JsonText.TryGet(value, "high"u8, out var highHalf) && !JsonText.TryInteger(highHalf, out high)) return null;
        return high is < 0 or > int.MaxValue ? null : OfNumber((high << 32) + unchecked((uint)low));
    }

    private static DateTimeOffset? OfNumber(long value) => value switch
    {
        <= 0 or >= End => null,
        < FirstMillisecond => DateTimeOffset.FromUnixTimeSeconds(value),
        < FirstMicrosecond => DateTimeOffset.FromUnixTimeMilliseconds(value),
        _ => DateTimeOffset.FromUnixTimeMilliseconds(value / 1000),
    };
}
