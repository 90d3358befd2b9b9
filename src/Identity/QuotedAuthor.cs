using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>
/// The author of a quoted message is not the author of the message, and the sender's client fills it in. At most it is a hint about an unresolved peer.
/// </summary>
internal static class QuotedAuthor
{
    /// <summary>
    /// The quoted author's phone, when in a one-to-one chat whose peer has no phone yet it can hardly be anybody but the peer: the quote is from this chat, or the
    /// business answers somebody privately; it is a phone address; and it is not the business, of which at least the phone must be known.
    /// </summary>
    public static PhoneNumber? Hint(JsonElement context, WaId chat, Parties parties, OwnAddresses own)
    {
        if (chat.Kind != WaIdKind.Lid || parties.Peer is not { Phone: null, IsBusiness: false } || own.Phones.Count == 0) return null;
        if (WaId.Parse(JsonText.Of(context, "participant"u8)) is not { Kind: WaIdKind.User, Phone: { } phone } || own.Contains(phone)) return null;
        var elsewhere = WaId.Parse(JsonText.Filled(context, "remoteJid"u8));
        var isHere = elsewhere is null ? JsonText.Filled(context, "remoteJid"u8) is null : elsewhere.Address == chat.Address;
        return isHere || (parties.FromMe && elsewhere?.Kind == WaIdKind.Group) ? phone : null;
    }
}
