namespace Pipeline.Identity;

/// <summary>
/// What one event says, as far as the event alone can say it. Texts are storable as they are. Nothing in it was looked up; the parties still go
/// through the <see cref="EvidenceLadder"/>.
/// </summary>
public sealed record ReadEvent
{
    /// <summary>What the event is about.</summary>
    public EventKind Kind { get; init; }

    /// <summary>What is wrong with it, one of <see cref="Faults"/>. Only with <see cref="EventKind.Error"/> is the event lost.</summary>
    public string? Fault { get; init; }

    /// <summary>Each thing that was noticed while reading.</summary>
    public ReadNotes Notes { get; init; }

    /// <summary>What kind of chat it belongs to; unknown when it belongs to none.</summary>
    public WaIdKind ChatKind { get; init; }

    /// <summary>The chat's normalised address.</summary>
    public string? ChatAddress { get; init; }

    /// <summary>The group's id without server, for events of groups.</summary>
    public string? GroupId { get; init; }

    /// <summary>The event's own message id, chosen by the sender and unique only together with chat and author. Null when it has none.</summary>
    public string? MessageId { get; init; }

    /// <summary>The business did it, by its own addresses or by the sender's word. For a receipt: it is about a message of the business.</summary>
    public bool FromMe { get; init; }

    /// <summary>Whom the conversation is with; null outside one-to-one chats and received broadcast lists.</summary>
    public PartyEvidence? Peer { get; init; }

    /// <summary>Who did it; null when nobody is named (receipts, channels, contacts).</summary>
    public PartyEvidence? Author { get; init; }

    /// <summary>What the event teaches about LIDs, without repetitions, whichever evidence won.</summary>
    public IReadOnlyList<LearnedPair> Pairs { get; init; } = [];

    /// <summary>The name the author gave themself. Null on events of the business, whose own name must not name the contact.</summary>
    public string? PushName { get; init; }

    /// <summary>What the content is: <c>text</c>, <c>image</c>, <c>poll</c>, …; <c>unknown</c> for content this product has no word for, null for none.</summary>
    public string? Type { get; init; }

    /// <summary>The text to show; null when there is none. The empty text is a text.</summary>
    public string? Text { get; init; }

    /// <summary><c>PENDING</c>, <c>SERVER_ACK</c>, <c>DELIVERY_ACK</c>, <c>READ</c>, <c>PLAYED</c> or <c>ERROR</c>. For <see cref="EventKind.Connection"/> the state the session is in.</summary>
    public string? Status { get; init; }

    /// <summary>The event's own time; null when it does not say or says nonsense.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>The id of the message that the event is about.</summary>
    public string? TargetId { get; init; }

    /// <summary>The target was sent by the business; null when the event does not tell.</summary>
    public bool? TargetFromMe { get; init; }

    /// <summary>Who wrote the target, where the event says so (groups).</summary>
    public PartyEvidence? TargetAuthor { get; init; }

    /// <summary>Who received, read or played, for receipts.</summary>
    public PartyEvidence? Reader { get; init; }

    /// <summary>The reaction; empty when it was taken back, null when it is encrypted.</summary>
    public string? Reaction { get; init; }

    /// <summary>
    /// A phone the quoted author has. Never used as the party's phone, a mapping or a merge: the sender's client fills it in.
    /// It is a reason to ask the session again.
    /// </summary>
    public PhoneNumber? Hint { get; init; }

    /// <summary>Whom an address-book entry or chat is about.</summary>
    public PartyEvidence? Contact { get; init; }

    /// <summary>The name in the business's address book, or a group's or chat's title.</summary>
    public string? ContactName { get; init; }

    /// <summary>What the event says that people and groups are called. The people in it are the event's own <see cref="Contact"/> or <see cref="Author"/>.</summary>
    public IReadOnlyList<KnownName> Names { get; init; } = [];

    /// <summary>
    /// What the event says the session's own addresses are: a connection event with the session's account, or a whole webhook body with its <c>me</c>. Null when
    /// it says nothing. The number that one producer puts beside every event as <c>sender</c> is not taken for it.
    /// </summary>
    public OwnAddresses? OwnStated { get; init; }

    /// <summary>What an operator says of a pair; null on every other event.</summary>
    public Ruling? Ruling { get; init; }

    /// <summary>
    /// Where the phone that decides the conversation came from: the peer's in a one-to-one chat, else the author's.
    /// </summary>
    public EvidenceSource Source => (Peer ?? Author)?.Source ?? EvidenceSource.None;

    /// <summary>The same event as it reads when the digits of its chat are known to be a LID; set only where that turns a refusal into a message.</summary>
    internal ReadEvent? Unbelieved { get; init; }

    /// <summary>
    /// Adds the digits this event took for phones: what to look up in the LID table before believing them. Gathered over a batch, they are one round trip.
    /// </summary>
    public void AddPhoneDigits(ICollection<string> digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        AddDigits(Peer, digits);
        if (!ReferenceEquals(Author, Peer)) AddDigits(Author, digits);
        AddDigits(Reader, digits);
        AddDigits(Contact, digits);
        AddDigits(TargetAuthor, digits);
        AddDigits(Unbelieved?.Peer, digits);
        for (var i = 0; i < Pairs.Count; i++) digits.Add(Pairs[i].Phone.Digits);
    }

    /// <summary>
    /// The event without the phones whose digits are a LID of this business: a faulty producer had put a LID on the phone server. The message goes on
    /// unresolved. A pair of a LID with the very same digits as its phone is left alone: there the phone was seen beside the LID.
    /// </summary>
    /// <param name="isKnownLid">Whether these digits are a LID in the table of the event's business.</param>
    public ReadEvent DistrustIfKnownAsLid(Func<string, bool> isKnownLid)
    {
        ArgumentNullException.ThrowIfNull(isKnownLid);
        if (Unbelieved is { Peer.Address: { } chat } && isKnownLid(chat[..chat.IndexOf('@')])) return Unbelieved;

        var trusted = WithParties(party => Distrust(party, isKnownLid));
        var pairs = Trusted(Pairs, isKnownLid);
        return ReferenceEquals(trusted, this) && ReferenceEquals(pairs, Pairs) ? this : trusted with { Pairs = pairs, Notes = Notes | ReadNotes.SuffixConflict };
    }

    /// <summary>
    /// The event without the halves that an operator has denied: of a party whose LID and phone are two people, only the address stays that the event
    /// itself speaks of. What the event states of pairs stays: evidence is kept, believed or not.
    /// </summary>
    /// <param name="isDenied">Whether the pair is denied in the event's business.</param>
    public ReadEvent Separate(Func<Lid, PhoneNumber, bool> isDenied)
    {
        ArgumentNullException.ThrowIfNull(isDenied);
        return WithParties(party => Separate(party, isDenied));
    }

    private ReadEvent WithParties(Func<PartyEvidence?, PartyEvidence?> change)
    {
        var peer = change(Peer);
        var author = ReferenceEquals(Author, Peer) ? peer : change(Author);
        var reader = change(Reader);
        var contact = change(Contact);
        var target = change(TargetAuthor);
        return ReferenceEquals(peer, Peer) && ReferenceEquals(author, Author) && ReferenceEquals(reader, Reader) && ReferenceEquals(contact, Contact) && ReferenceEquals(target, TargetAuthor)
            ? this
            : this with
            {
                Peer = peer,
                Author = author,
                Reader = reader,
                Contact = contact,
                TargetAuthor = target,
                Names = Renamed(Contact, contact, Renamed(Author, author, Names)),
            };
    }

    private static void AddDigits(PartyEvidence? party, ICollection<string> digits)
    {
        if (party is { IsBusiness: false } && AddressDigits(party) is { } found) digits.Add(found);
    }

    /// <summary>The names after one of the event's people turned out to be somebody more, or less, than was read.</summary>
    public static IReadOnlyList<KnownName> Renamed(PartyEvidence? before, PartyEvidence? after, IReadOnlyList<KnownName> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Count == 0 || before is null || ReferenceEquals(before, after)
            ? names
            : [.. names.Select(name => ReferenceEquals(name.Person, before) ? name with { Person = after } : name)];
    }

    private static IReadOnlyList<LearnedPair> Trusted(IReadOnlyList<LearnedPair> pairs, Func<string, bool> isKnownLid)
    {
        for (var i = 0; i < pairs.Count; i++)
        {
            if (Suspect(pairs[i], isKnownLid)) return [.. pairs.Where(p => !Suspect(p, isKnownLid))];
        }
        return pairs;
    }

    private static bool Suspect(LearnedPair pair, Func<string, bool> isKnownLid) =>
        pair.Lid.Digits != pair.Phone.Digits && isKnownLid(pair.Phone.Digits);

    private static PartyEvidence? Distrust(PartyEvidence? party, Func<string, bool> isKnownLid)
    {
        if (party is not { IsBusiness: false, Phone: { } phone } || AddressDigits(party) is not { } digits) return party;
        if (party.Lid is { } own && own.Digits == digits) return party;
        return isKnownLid(digits) || isKnownLid(phone.Digits)
            ? party with { Phone = null, Source = EvidenceSource.None, Address = party.Lid?.Address ?? party.Address }
            : party;
    }

    private static PartyEvidence? Separate(PartyEvidence? party, Func<Lid, PhoneNumber, bool> isDenied)
    {
        if (party is not { IsBusiness: false, Lid: { } lid, Phone: { } phone } || !isDenied(lid, phone)) return party;
        // Direct: the event speaks of the phone address, and the LID stood beside it. Else it speaks of the LID.
        return party.Source == EvidenceSource.Direct
            ? party with { Lid = null }
            : party with { Phone = null, Source = EvidenceSource.None, Address = lid.Address };
    }

    private static string? AddressDigits(PartyEvidence party) =>
        party.Address is { } address && address.EndsWith("@s.whatsapp.net", StringComparison.Ordinal) ? address[..address.IndexOf('@')] : null;
}
