namespace Pipeline.Identity;

/// <summary>
/// An address as WhatsApp writes it, taken apart: <c>user[_agent][:device]@server</c>. Immutable; two values are equal when everything but
/// <see cref="Raw"/> is.
/// </summary>
public sealed record WaId
{
    private const string PhoneServer = "s.whatsapp.net";
    private const string LidServer = "lid";

    private readonly string _address;

    private WaId(WaIdKind kind, string user, string server, int? device, bool hosted, string raw, string address)
    {
        Kind = kind;
        User = user;
        Server = server;
        Device = device;
        IsHosted = hosted;
        Raw = raw;
        _address = address;
    }

    /// <summary>Decided by the server part.</summary>
    public WaIdKind Kind { get; }

    /// <summary>The part before the server without agent, device and leading plus; for unknown servers as it came.</summary>
    public string User { get; }

    /// <summary>Lower case, with <c>c.us</c> and <c>hosted</c> folded to <c>s.whatsapp.net</c> and <c>hosted.lid</c> to <c>lid</c>.</summary>
    public string Server { get; }

    /// <summary>The device number, when one was written. 0 is the phone itself, 99 a hosted device.</summary>
    public int? Device { get; }

    /// <summary>The address came from a hosted server.</summary>
    public bool IsHosted { get; }

    /// <summary>The phone, when known: of a phone address by itself, of a LID by evidence.</summary>
    public PhoneNumber? Phone { get; init; }

    /// <summary>The LID, when known: of a LID address by itself, of a phone by evidence.</summary>
    public Lid? Lid { get; init; }

    /// <summary>What came, unchanged. Not part of equality.</summary>
    public string Raw { get; }

    /// <summary>The normalised text, <c>user@server</c>, without device: what is stored and sent to.</summary>
    public string Address => _address;

    /// <summary>This address names an account of a person or company, by phone or by LID.</summary>
    public bool IsPerson => Kind is WaIdKind.User or WaIdKind.Lid;

    /// <summary>It came as digits without a server, in a field named after a phone. Not part of equality.</summary>
    internal bool IsBare { get; init; }

    /// <summary>
    /// Digits without a server that are this LID's own: a producer that cuts servers off wrote the LID into a field for phones.
    /// </summary>
    internal bool IsOnlyTheLid(WaId? lid) => IsBare && lid is { Kind: WaIdKind.Lid } && lid.User == User;

    /// <summary>What the digits of a phone address are worth; meaningless for other kinds.</summary>
    internal PhoneBelief Belief => PhoneRules.Judge(User);

    /// <summary>
    /// Reads an address. Blanks around it are dropped. Null when it is absent, has no server or no user, or when the user part of a phone or
    /// LID address is not digits. An unknown server gives <see cref="WaIdKind.Unknown"/>; a phone address that is not believed has no <see cref="Phone"/>.
    /// </summary>
    public static WaId? Parse(string? raw)
    {
        if (raw is null) return null;
        var text = raw.AsSpan().Trim();
        var at = text.IndexOf('@');
        if (at <= 0 || at == text.Length - 1) return null;
        var user = text[..at];
        var server = text[(at + 1)..];

        // The usual servers first, compared without allocating.
        if (server is PhoneServer) return Account(WaIdKind.User, user, false, raw, text);
        if (server is LidServer) return Account(WaIdKind.Lid, user, false, raw, text);
        if (server is "g.us") return Other(WaIdKind.Group, user, "g.us", raw, text);

        Span<char> lower = stackalloc char[32];
        if (server.Length > lower.Length) return Other(WaIdKind.Unknown, user, server.ToString(), raw, text);
        lower = lower[..server.ToLowerInvariant(lower)];
        switch (lower)
        {
            case PhoneServer or "c.us": return Account(WaIdKind.User, user, false, raw, text);
            case "hosted": return Account(WaIdKind.User, user, true, raw, text);
            case LidServer: return Account(WaIdKind.Lid, user, false, raw, text);
            case "hosted.lid": return Account(WaIdKind.Lid, user, true, raw, text);
            case "g.us": return Other(WaIdKind.Group, user, "g.us", raw, text);
            case "broadcast": return Other(user is "status" ? WaIdKind.Status : WaIdKind.Broadcast, user, "broadcast", raw, text);
            case "newsletter": return Other(WaIdKind.Newsletter, user, "newsletter", raw, text);
            case "bot" or "meta.ai": return Other(WaIdKind.Bot, StripDevice(user), lower.ToString(), raw, text);
            default: return Other(WaIdKind.Unknown, user, lower.ToString(), raw, text);
        }
    }

    /// <summary>
    /// Whether the two are one person, as far as the values themselves tell. A relation, not a key: it is not transitive while evidence is missing.
    /// </summary>
    public SamePerson RefersToSamePerson(WaId other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Lid is { } lid && lid == other.Lid) return SamePerson.Same;
        if (Phone is { } phone && other.Phone is { } theirs) return phone == theirs ? SamePerson.Same : SamePerson.Different;
        if (Kind == other.Kind && Server == other.Server && User == other.User) return SamePerson.Same;
        if (Kind == WaIdKind.Unknown || other.Kind == WaIdKind.Unknown) return SamePerson.CannotTell;
        return IsPerson && other.IsPerson ? SamePerson.CannotTell : SamePerson.Different;
    }

    /// <summary>Equal in everything that was read; <see cref="Raw"/> does not count.</summary>
    public bool Equals(WaId? other) =>
        other is not null && Kind == other.Kind && Device == other.Device && IsHosted == other.IsHosted && Phone == other.Phone &&
        Lid == other.Lid && User == other.User && Server == other.Server;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, User, Server, Device, IsHosted, Phone, Lid);

    /// <summary>The normalised address.</summary>
    public override string ToString() => Address;

    /// <summary>Everything before device and agent: <c>user_agent:device</c>, or <c>user.agent:device</c> as other libraries write it.</summary>
    internal static ReadOnlySpan<char> StripDevice(ReadOnlySpan<char> user)
    {
        var end = user.IndexOfAny(':', '_', '.');
        return end < 0 ? user : user[..end];
    }

    private static WaId? Account(WaIdKind kind, ReadOnlySpan<char> user, bool hosted, string raw, ReadOnlySpan<char> text)
    {
        var bare = StripDevice(user);
        var server = kind == WaIdKind.Lid ? LidServer : PhoneServer;
        if (kind == WaIdKind.User)
        {
            if (bare is ['+', ..]) bare = bare[1..];
            if (IsAutomaton(bare)) return new WaId(WaIdKind.Bot, bare.ToString(), server, DeviceOf(user), hosted, raw, AddressOf(bare, server, raw, text));
        }
        if (!Lids(kind, bare)) return null;

        var device = DeviceOf(user);
        var digits = bare.ToString();
        var address = AddressOf(bare, server, raw, text);
        return kind == WaIdKind.Lid
            ? new WaId(kind, digits, server, device, hosted, raw, address) { Lid = Identity.Lid.OfCheckedDigits(digits) }
            : new WaId(kind, digits, server, device, hosted, raw, address) { Phone = PhoneNumber.OfDigits(digits) };

        static bool Lids(WaIdKind kind, ReadOnlySpan<char> digits) =>
            kind == WaIdKind.Lid ? Identity.Lid.IsWellFormed(digits) : Ascii.IsDigits(digits) && digits.Length <= Identity.Lid.MaxDigits;
    }

    private static WaId Other(WaIdKind kind, ReadOnlySpan<char> user, string server, string raw, ReadOnlySpan<char> text) =>
        new(kind, user.ToString(), server, null, false, raw, AddressOf(user, server, raw, text));

    // Almost every address arrives normalised already: then the text that came is the address and nothing is allocated.
    private static string AddressOf(ReadOnlySpan<char> user, string server, string raw, ReadOnlySpan<char> text) =>
        raw.Length == text.Length && text.Length == user.Length + 1 + server.Length && text.StartsWith(user) && text.EndsWith(server)
            ? raw
            : string.Concat(user, "@", server);

    private static int? DeviceOf(ReadOnlySpan<char> user)
    {
        var colon = user.IndexOf(':');
        if (colon < 0) return null;
        var rest = user[(colon + 1)..];
        var next = rest.IndexOf(':');
        if (next >= 0) rest = rest[..next];
        return rest.Length is > 0 and <= 5 && Ascii.IsDigits(rest) ? int.Parse(rest) : null;
    }

    // Numbers WhatsApp reserves: 1313555xxxx and 131655500xx for bots, 0 for its own announcements.
    private static bool IsAutomaton(ReadOnlySpan<char> user) =>
        user is "0" or "server" ||
        (user.Length == 11 && (user.StartsWith("1313555") || user.StartsWith("131655500")) && Ascii.IsDigits(user));
}
