using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>
/// One batch, decided record by record in order, on values alone: the same events give the same answers however they are cut into
/// batches. Statements take effect before the event that made them is resolved, and for every event after it.
/// </summary>
public sealed class ResolvePass
{
    private readonly Dictionary<LidKey, LidRow> known;
    private readonly HashSet<LidKey> parked;
    private readonly Func<long, bool> trustsQuotes;
    private readonly List<ResolveResult> results = [];
    private readonly Dictionary<(LidKey Key, PhoneNumber Phone), (int Result, int Statement)> newest = [];

    /// <param name="view">What the table knew of the LIDs of the batch.</param>
    /// <param name="truth">Rows read under the lock; they outrank the view.</param>
    /// <param name="trustsQuotes">Whether a business takes whom a message quotes for its author.</param>
    public ResolvePass(LidView view, IReadOnlyDictionary<LidKey, LidRow>? truth = null, Func<long, bool>? trustsQuotes = null)
    {
        known = view.Entries.ToDictionary(pair => pair.Key, pair => new LidRow(pair.Value, []));
        foreach (var (key, rulings) in view.Rulings) known[key] = known.GetValueOrDefault(key, LidRow.Empty) with { Rulings = rulings };
        foreach (var (key, row) in truth ?? new Dictionary<LidKey, LidRow>()) known[key] = row;
        parked = view.Parked;
        this.trustsQuotes = trustsQuotes ?? (_ => false);
    }

    /// <summary>What becomes of the table.</summary>
    public TableChanges Changes { get; } = new();

    /// <summary>One result for each item, in order.</summary>
    public IReadOnlyList<ResolveResult> Results => results;

    /// <summary>Whether an operator has denied a pair, at the end of the batch.</summary>
    public bool IsDenied(LidKey key, PhoneNumber phone) => known.GetValueOrDefault(key)?.Denies(phone) == true;

    /// <summary>Decides the whole batch.</summary>
    public void Run(IReadOnlyList<RawItemRead> items)
    {
        foreach (var item in items) results.Add(Resolve(item));
        foreach (var (result, statement) in newest.Values)
        {
            var statements = results[result].Statements.ToArray();
            statements[statement] = statements[statement] with { IsAnnouncedAsNewest = true };
            results[result] = results[result] with { Statements = statements };
        }
    }

    /// <summary>Fills in what the endpoint has answered for one item.</summary>
    public void ResolveByEndpoint(int index, Func<Lid, PhoneNumber?> answer)
    {
        var result = results[index];
        if (result.UnknownLids.Count == 0) return;
        results[index] = result with
        {
            Resolved = WithParties(result.Resolved, party =>
                party.Lid is { } lid && party is { Phone: null } or { Source: EvidenceSource.Quoted } && answer(lid) is { } phone
                    ? EvidenceLadder.Resolve(party with { Phone = null, Source = EvidenceSource.None }, null, phone)
                    : party),
        };
    }

    private static ReadEvent WithParties(ReadEvent read, Func<PartyEvidence, PartyEvidence> change)
    {
        var peer = read.Peer is { } known ? change(known) : null;
        var author = ReferenceEquals(read.Author, read.Peer) ? peer : read.Author is { } writer ? change(writer) : null;
        var reader = read.Reader is { } receiver ? change(receiver) : null;
        return ReferenceEquals(peer, read.Peer) && ReferenceEquals(author, read.Author) && ReferenceEquals(reader, read.Reader)
            ? read
            : read with { Peer = peer, Author = author, Reader = reader, Names = ReadEvent.Renamed(read.Author, author, read.Names) };
    }

    private ResolveResult Resolve(RawItemRead item)
    {
        if (item.Read.Ruling is { } ruling) return Rule(item, ruling);
        var business = item.Origin.BusinessId;
        // A phone that is itself a LID of this business is no phone; what states it is not believed. Nor is the half of a person that an operator denies.
        var read = item.Read.DistrustIfKnownAsLid(digits => IsLidOfAnother(business, digits)).Separate((lid, phone) => IsDenied(new LidKey(business, lid), phone));

        var statements = new List<ResolveStatement>();
        foreach (var pair in read.Pairs) statements.Add(Learn(item, read, pair, statements.Count));
        if (read.Hint is { } hint && read.Peer is { Lid: { } quoting } && !IsLidOfAnother(business, hint.Digits))
        {
            Changes.Hints.Add(new Hint(new LidKey(business, quoting), hint, item.At, item.Origin));
            if (trustsQuotes(business)) statements.Add(Learn(item, read, new LearnedPair(quoting, hint, "contextInfo.participant", MappingGrade.Quoted), statements.Count));
        }
        if (!item.AsksNobody && IsReasonToAskAgain(read, statements)) Changes.AskAgain.Add(business);

        var unknown = new List<Lid>();
        var refused = 0;
        var resolved = WithParties(read, party =>
        {
            if (party.Phone is not null || party.Lid is not { } lid) return party;
            var best = known.GetValueOrDefault(new LidKey(business, lid))?.Best;
            var isQuoted = best?.Grade == MappingGrade.Quoted;
            var answer = EvidenceLadder.Resolve(party, isQuoted ? null : best?.Phone, null, isQuoted ? best?.Phone : null);
            if (answer.Phone is { } phone && IsLidOfAnother(business, phone.Digits))
            {
                refused++;
                answer = party;
            }
            if ((answer.Phone is null || isQuoted) && !party.IsBusiness && !item.AsksNobody) unknown.Add(lid);
            return answer;
        });
        foreach (var lid in unknown) Park(item, new LidKey(business, lid));
        return new ResolveResult(WithContact(resolved, business), statements, unknown, refused);
    }

    // Whom an address book names is looked up and never asked for: it is full of people who never write.
    private ReadEvent WithContact(ReadEvent read, long business)
    {
        if (read.Names.Count == 0 || read.Contact is not { Phone: null, Lid: { } lid } contact) return read;
        if (known.GetValueOrDefault(new LidKey(business, lid))?.Best is not { Grade: > MappingGrade.Quoted } best || IsLidOfAnother(business, best.Phone.Digits)) return read;
        var found = EvidenceLadder.Resolve(contact, best.Phone, null);
        return read with { Contact = found, Names = ReadEvent.Renamed(contact, found, read.Names) };
    }

    // Written down even when a later word stands, so that a repeated event reads the truth and tells it again.
    private ResolveResult Rule(RawItemRead item, Ruling ruling)
    {
        var key = new LidKey(item.Origin.BusinessId, ruling.Lid);
        var said = new DatedRuling(ruling.Phone, ruling.IsDenied, item.At, item.Origin.EventId, item.Origin.Raw);
        var before = known.GetValueOrDefault(key);
        var row = MappingRules.Rule(before, said);
        known[key] = row;
        Changes.Rulings[(key, said.Phone)] = row.Rulings.First(one => one.Phone == said.Phone);
        if (!ReferenceEquals(row, before)) Changes.Rows[key] = row;
        if (before?.Best is { } best && row.Best?.Phone != best.Phone) Changes.Moved.Add(key);
        if (row.Best is { Grade: > MappingGrade.Quoted }) NoLongerParked(key);
        else Changes.Found.Remove(key);
        return new ResolveResult(item.Read, [], [], 0) { Ruling = new ResolveRuling(key, said, row) };
    }

    private ResolveStatement Learn(RawItemRead item, ReadEvent read, LearnedPair pair, int index)
    {
        var key = new LidKey(item.Origin.BusinessId, pair.Lid);
        var before = known.GetValueOrDefault(key);
        var seen = new LidObservation(pair.Phone, pair.Grade, pair.Field, item.At, item.Origin.EventId, item.Origin.Raw);
        var change = MappingRules.Decide(before, seen);
        if (!ReferenceEquals(change.Row, before))
        {
            known[key] = change.Row;
            Changes.Rows[key] = change.Row;
        }
        if (change.Verdict == MappingVerdict.Replaced) Changes.Moved.Add(key);
        if (change.Row.Best is { Grade: > MappingGrade.Quoted } && before?.Best is null or { Grade: MappingGrade.Quoted }) NoLongerParked(key);

        var statement = new ResolveStatement(pair.Lid, seen, change, DerivedIds.Of(item.Origin.EventId, $"mapping {pair.Lid} {pair.Phone}"));
        if (statement.IsNewest)
        {
            // A one-to-one event carries the pair itself, with the same time. Of all others one a batch is enough.
            if (CarriesItself(read, pair)) newest.Remove((key, pair.Phone));
            else newest[(key, pair.Phone)] = (results.Count, index);
        }
        return statement;
    }

    private void Park(RawItemRead item, LidKey key)
    {
        if (!parked.Contains(key)) Changes.Parked.TryAdd(key, item.Origin);
    }

    private void NoLongerParked(LidKey key)
    {
        Changes.Found.Add(key);
        Changes.Parked.Remove(key);
    }

    // The session has learned pairs, or has come back and may have learned some while it was away.
    private static bool IsReasonToAskAgain(ReadEvent read, List<ResolveStatement> statements) => read.Kind switch
    {
        EventKind.Mapping => statements.Exists(statement => statement.Change.Verdict is MappingVerdict.Learned or MappingVerdict.Replaced),
        EventKind.Connection => read.Status is "open" or "WORKING" or "connected",
        _ => false,
    };

    private static bool CarriesItself(ReadEvent read, LearnedPair pair) =>
        read.GroupId is null && read.Peer is { IsBusiness: false, Source: EvidenceSource.Direct or EvidenceSource.Envelope } peer && peer.Lid == pair.Lid && peer.Phone == pair.Phone
        && read.Kind is EventKind.Direct or EventKind.Undecryptable or EventKind.Broadcast;

    // Known as a LID with another phone. A LID whose own phone has the same digits is a coincidence and no reason to doubt.
    private bool IsLidOfAnother(long business, string digits) =>
        Lid.TryParse(digits, out var lid) && known.TryGetValue(new LidKey(business, lid), out var row) && row.Best is { } best && best.Phone.Digits != digits;
}
