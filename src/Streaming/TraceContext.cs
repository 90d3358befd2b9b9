using System.Diagnostics;

namespace Pipeline.Streaming;

/// <summary>The W3C trace context that a record carries.</summary>
internal static class TraceContext
{
    // version 2 + trace id 32 + span id 16 + flags 2, and three hyphens.
    private const int Length = 55;

    /// <summary>True for text of the form <c>00-{32 hex}-{16 hex}-{2 hex}</c>. Anything else in the header is noise and is not passed on.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length != Length || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
        for (var i = 0; i < Length; i++)
            if (i is not (2 or 35 or 52) && !char.IsAsciiHexDigitLower(text[i])) return false;
        return text[3..35].ContainsAnyExcept('0') && text[36..52].ContainsAnyExcept('0');
    }

    /// <summary>The context of what runs now, or a new trace: a record without one could never be followed.</summary>
    public static string Current()
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id }) return id;
        return $"00-{ActivityTraceId.CreateRandom().ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-00";
    }
}
