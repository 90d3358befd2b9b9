using Pipeline.Identity;
using Pipeline.ThreadLinker;

namespace Pipeline.Cli.Unmerging;

/// <summary>Two addresses that were stated to be one person, as <c>stated_pair</c> has them: phone before WhatsApp address before CRM id.</summary>
/// <param name="One">One side.</param>
/// <param name="Other">The other side.</param>
internal readonly record struct Tie(Address One, Address Other)
{
    /// <summary>The tie of a LID and a phone.</summary>
    public static Tie Of(Lid lid, PhoneNumber phone) => new(Address.Of(phone), Address.Of(lid));

    /// <summary>As the ThreadLinker knows it.</summary>
    public StatedPair Stated => StatedPair.Of(One.Identity, Other.Identity);

    /// <summary>The LID and the phone that it joins; null when it joins something else, which nobody can deny.</summary>
    public (Lid Lid, PhoneNumber Phone)? Pair =>
        One.Channel == "phone" && PhoneNumber.FromE164(One.Id) is { } phone && Other.Channel == "whatsapp" && WaId.Parse(Other.Id) is { Kind: WaIdKind.Lid, Lid: { } lid } ? (lid, phone) : null;
}
