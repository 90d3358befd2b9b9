using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>How far a message has got, in the words of WhatsApp's own enumeration.</summary>
internal static class DeliveryStatus
{
    private static readonly string[] Words = ["ERROR", "PENDING", "SERVER_ACK", "DELIVERY_ACK", "READ", "PLAYED"];

    /// <summary>From a number 0–5 or a word; null for anything else.</summary>
    public static string? Of(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number) return value.TryGetInt32(out var number) && number is >= 0 and <= 5 ? Words[number] : null;
        if (value.ValueKind != JsonValueKind.String) return null;
        var text = JsonText.Of(value);
        foreach (var word in Words)
        {
            if (text == word) return word;
        }
        return JsonText.TryInteger(value, out var written) && written is >= 0 and <= 5 ? Words[written] : null;
    }

    /// <summary>From WAHA's scale, which starts at -1 for an error.</summary>
    public static string? OfAck(JsonElement ack) => JsonText.TryInteger(ack, out var number) && number is >= -1 and <= 4 ? Words[number + 1] : null;
}
