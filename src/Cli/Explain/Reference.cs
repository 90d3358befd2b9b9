using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Cli.Explain;

/// <summary>What is to be explained. A closed set.</summary>
/// <param name="Given">As it was typed.</param>
/// <param name="Understood">What it was understood as, canonical.</param>
internal abstract record Reference(string Given, string Understood)
{
    /// <summary>The word for it, as in the name of its option.</summary>
    public abstract string Word { get; }

    /// <summary>Every message with this id.</summary>
    public sealed record Message(string Id) : Reference(Id, Id)
    {
        /// <inheritdoc/>
        public override string Word => "message";
    }

    /// <summary>An account by its LID.</summary>
    public sealed record OfLid(string Given, Lid Lid) : Reference(Given, Lid.Digits)
    {
        /// <inheritdoc/>
        public override string Word => "lid";
    }

    /// <summary>A person by phone.</summary>
    public sealed record OfPhone(string Given, PhoneNumber Phone) : Reference(Given, Phone.ToString())
    {
        /// <inheritdoc/>
        public override string Word => "phone";
    }

    /// <summary>A conversation by its key, an old key, or its number.</summary>
    public sealed record Conversation(string Key) : Reference(Key, Key)
    {
        /// <inheritdoc/>
        public override string Word => "conversation";
    }

    /// <summary>One record of the raw topic.</summary>
    public sealed record Event(string Given, Position Position) : Reference(Given, Position.ToString())
    {
        /// <inheritdoc/>
        public override string Word => "event";
    }

    /// <summary>Reads <c>--lid</c>: digits, or an address on the LID server with or without device.</summary>
    /// <exception cref="PipelineException">It is no LID.</exception>
    public static Reference ParseLid(string text)
    {
        if (WaId.Parse(text) is { Kind: WaIdKind.User }) throw Wrong($"'{text}' is a phone address, not a LID.", $"Ask with --phone {text}");
        if (!text.Contains('@') && text.TrimStart().StartsWith('+')) throw Wrong($"'{text}' is a phone, not a LID.", $"Ask with --phone {text}");
        return Lid.TryParse(text, out var lid)
            ? new OfLid(text, lid)
            : throw Wrong($"'{text}' is not a LID.", "A LID is digits, as in --lid 82399031480511 or --lid 82399031480511@lid");
    }

    /// <summary>Reads <c>--phone</c>: E.164, international digits, a phone address, or a number as people of a region write it.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="region">ISO 3166, two letters; null when it was not given, and then only international forms are read.</param>
    /// <exception cref="PipelineException">It is no phone.</exception>
    public static Reference ParsePhone(string text, string? region)
    {
        if (region is not null && (region.Length != 2 || !region.All(char.IsAsciiLetter))) throw Wrong($"'{region}' is not a region.", "A region is two letters, as in --region IL");
        if (text.Contains('@'))
            return WaId.Parse(text) switch
            {
                { Kind: WaIdKind.Lid, Lid: { } lid } => throw Wrong($"'{text}' is a LID, not a phone; its digits mean nothing as a number.", $"Ask with --lid {lid}"),
                { Kind: WaIdKind.User, Phone: { } phone } => new OfPhone(text, phone),
                _ => throw Wrong($"'{text}' is not the address of a phone.", "As in --phone 972501234567@s.whatsapp.net"),
            };

        if (Typed(text.Trim(), region) is { } typed) return new OfPhone(text, typed);
        throw region is null
            ? Wrong($"'{text}' cannot be read as an international number.", "Write it with its country, as in --phone +972501234567, or say whose habit it is: --phone 0501234567 --region IL")
            : Wrong($"'{text}' cannot be a phone of region {region.ToUpperInvariant()}.", "Write it with its country, as in --phone +972501234567");
    }

    /// <summary>Reads <c>--event</c>: <c>partition@offset</c>, with or without the topic.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="raw">The raw topic.</param>
    /// <exception cref="PipelineException">It is no position on that topic.</exception>
    public static Reference ParseEvent(string text, Topic<RawEvent> raw)
    {
        var place = text.Trim();
        if (place.LastIndexOf('/') is >= 0 and var slash)
        {
            if (place[..slash] != raw.Name) throw Wrong($"'{place[..slash]}' is not the topic that is explained.", $"Positions are those of {raw.Name} (--prefix, Topics__Prefix).");
            place = place[(slash + 1)..];
        }
        if (place.Split('@') is [var partition, var offset]
            && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var at))
            return new Event(text, new Position(raw.Name, number, at));
        throw Wrong($"'{text}' is not a position.", $"As in --event 3@1234 or --event {raw.Name}/3@1234");
    }

    private static PhoneNumber? Typed(string text, string? region)
    {
        if (PhoneNumber.FromE164(text) is { } e164) return e164;
        if (region is not null) return PhoneNumber.FromTyped(text, region);
        // Bare digits are read as WhatsApp writes them; anything else needs its plus.
        return text.StartsWith('+') ? PhoneNumber.FromTyped(text, "ZZ") : WaId.Parse(text + "@s.whatsapp.net")?.Phone;
    }

    private static PipelineException Wrong(string what, string advice) => new(what, advice, ExitCode.Usage);
}
