using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>
/// One batch, decided record by record in order, on values alone: the same events give the same answers however they are cut into
/// batches. Statements take effect before the event that made them is resolved, and for every event after it.
/// </summary>
public sealed class ResolvePass
{
    private readonly Dictionary<LidKey, LidEntry> known;
    private readonly Dictionary<LidKey, LidEntry> changed = [];
    private readonly List<(LidKey, LidEntry, Guid)> replaced = [];
    private readonly List<ResolveResult> results = [];

    /// <param name="view">What the table knew of the LIDs of the batch.</param>
    /// <param name="truth">Rows read under the lock; they outrank the view.</param>
    public ResolvePass(IReadOnlyDictionary<LidKey, LidEntry> view, IReadOnlyDictionary<LidKey, LidEntry>? truth = null)
    {
        known = new Dictionary<LidKey, LidEntry>(view);
        foreach (var (key, entry) in truth ?? new Dictionary<LidKey, LidEntry>()) known[key] = entry;
    }

    /// <summary>What becomes of the table.</summary>
    public LidTableChanges Changes => new(changed, replaced);

    /// <summary>One result for each item, in order.</summary>
    public IReadOnlyList<ResolveResult> Results => results;

    /// <summary>True when a statement of the batch would change the table as far as the view can tell.</summary>
    public bool TeachesSomething(RawItemRead[] items)
    {
        foreach (var item in items)
            foreach (var pair in item.Read.Pairs)
            {
                var change = MappingRules.Decide(known.GetValueOrDefault(new LidKey(item.Raw.BusinessId, pair.Lid)), Observe(item, pair));
                if (change.Verdict is not (MappingVerdict.Unchanged or MappingVerdict.Conflict)) return true;
            }
        return false;
    }

    /// <summary>Decides the whole batch.</summary>
    public void Run(RawItemRead[] items)
    {
        foreach (var item in items) results.Add(Resolve(item));
    }

    /// <summary>Fills in what the endpoint has answered for one item.</summary>
    public void ResolveByEndpoint(RawItemRead item, int index, Func<Lid, PhoneNumber?> answer)
    {
        var result = results[index];
        if (result.UnknownLids.Count == 0) return;
        results[index] = result with { Resolved = WithParties(result.Resolved, party => party.Phone is null && party.Lid is { } lid ? EvidenceLadder.Resolve(party, null, answer(lid)) : party) };
    }

    /// <summary>The digits of a phone address as a LID, to be looked up in the table; null where there is nothing to doubt.</summary>
    public static Lid? DigitsToDoubt(PartyEvidence party) =>
        party is { Phone: { } phone, Source: EvidenceSource.Direct or EvidenceSource.Envelope, IsBusiness: false } && Lid.TryParse(RegisteredDigits(party, phone), out var digits)
            ? digits
            : null;

    private static string RegisteredDigits(PartyEvidence party, PhoneNumber phone) =>
        party.Address is { } address && address.EndsWith("@s.whatsapp.net", StringComparison.Ordinal) ? address[..address.IndexOf('@')] : phone.Digits;

    private static LidObservation Observe(RawItemRead item, LearnedPair pair) => new(pair.Phone, pair.Grade, pair.Field, item.At, item.EventId);

    private static ReadEvent WithParties(ReadEvent read, Func<PartyEvidence, PartyEvidence> change) => read with
    {
        Peer = read.Peer is { } peer ? change(peer) : null,
        Author = read.Author is { } author ? change(author) : null,
        Reader = read.Reader is { } reader ? change(reader) : null,
    };

    private ResolveResult Resolve(RawItemRead item)
    {
        var business = item.Raw.BusinessId;
        var doubts = new List<string>();
        if (item.Read.Notes != ReadNotes.None)
            foreach (var note in Enum.GetValues<ReadNotes>())
                if (note != ReadNotes.None && item.Read.Notes.HasFlag(note)) doubts.Add(note.ToString());

        var statements = new List<ResolveStatement>();
        foreach (var pair in item.Read.Pairs)
        {
            var key = new LidKey(business, pair.Lid);
            // A phone that is itself a LID of this business is no phone; what states it is not believed.
            if (IsLidOfAnother(business, pair.Phone.Digits))
            {
                doubts.Add("PairNamesALid");
                continue;
            }
            var seen = Observe(item, pair);
            var change = MappingRules.Decide(known.GetValueOrDefault(key), seen);
            if (change.Verdict is MappingVerdict.Learned or MappingVerdict.Confirmed or MappingVerdict.Replaced)
            {
                known[key] = change.Entry;
                changed[key] = change.Entry;
                if (change.Verdict == MappingVerdict.Replaced) replaced.Add((key, change.Other!, item.EventId));
            }
            statements.Add(new ResolveStatement(pair.Lid, seen, change, EventIds.OfMapping(item.EventId, pair.Lid, pair.Phone)));
        }

        var unknown = new List<Lid>();
        var resolved = WithParties(item.Read, party =>
        {
            if (DigitsToDoubt(party) is { } digits && IsLidOfAnother(business, digits.Digits))
            {
                doubts.Add("SuffixConflict");
                return party with { Phone = null, Source = EvidenceSource.None };
            }
            if (party.Phone is not null || party.Lid is not { } lid) return party;
            var answer = EvidenceLadder.Resolve(party, known.GetValueOrDefault(new LidKey(business, lid))?.Phone, null);
            if (answer.Phone is null && !party.IsBusiness) unknown.Add(lid);
            return answer;
        });
        return new ResolveResult(resolved, statements, unknown, doubts);
    }

    // Known as a LID with another phone. A LID whose own phone has the same digits is a coincidence and no reason to doubt.
    private bool IsLidOfAnother(long business, string digits) =>
        Lid.TryParse(digits, out var lid) && known.TryGetValue(new LidKey(business, lid), out var entry) && entry.Phone.Digits != digits;
}
