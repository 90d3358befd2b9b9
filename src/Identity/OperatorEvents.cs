using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>
/// Events that an operator of the product causes. They lie on the raw topic among all others, so that their order, replay and restarts need nothing
/// of their own; no producer can send them, because only tools write under this source.
/// </summary>
public static class OperatorEvents
{
    /// <summary>The source of all of them.</summary>
    public const string Source = "operator";

    /// <summary>A LID and a phone are two people. Payload: <c>{"lid":"…","phone":"+…"}</c>.</summary>
    public const string PairDenied = "pair.denied";

    /// <summary>The denial of a pair is taken back. The same payload.</summary>
    public const string PairAllowed = "pair.allowed";

    /// <summary>The event type of a ruling.</summary>
    public static string TypeOf(Ruling ruling) => ruling.IsDenied ? PairDenied : PairAllowed;

    /// <summary>The JSON of a ruling, UTF-8.</summary>
    public static byte[] PayloadOf(Ruling ruling) => Encoding.UTF8.GetBytes($$"""{"lid":"{{ruling.Lid}}","phone":"{{ruling.Phone}}"}""");

    /// <summary>
    /// The id of a ruling, UUID version 5. The time belongs to it: who denies, allows and denies again has said three things.
    /// </summary>
    /// <param name="business">The business.</param>
    /// <param name="ruling">What is said.</param>
    /// <param name="at">When, to the microsecond.</param>
    public static Guid IdOf(long business, Ruling ruling, DateTimeOffset at) => DerivedIds.Of(
        EventIds.Namespace,
        string.Create(
            CultureInfo.InvariantCulture,
            $"operator {business} {TypeOf(ruling)} {ruling.Lid} {ruling.Phone} {(at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond}"));

    /// <summary>Reads an event of this source. What cannot be read is an error: an operator's word is never passed over in silence.</summary>
    internal static ReadEvent Read(RawItem item, JsonElement root)
    {
        if (item.EventType is not (PairDenied or PairAllowed)) return EventReader.Failed(Faults.UnknownOperatorEvent);
        if (root.ValueKind != JsonValueKind.Object
            || !Lid.TryParse(JsonText.Filled(root, "lid"u8), out var lid)
            || PhoneNumber.FromE164(JsonText.Filled(root, "phone"u8)) is not { } phone)
            return EventReader.Failed(Faults.InvalidPair);
        return new ReadEvent { Kind = EventKind.Ruling, Ruling = new Ruling(lid, phone, item.EventType == PairDenied) };
    }
}
