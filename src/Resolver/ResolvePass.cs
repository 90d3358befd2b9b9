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
        // A phone that is itself a LID of this business is no phone; what states it is not believed.
        var read = item.Read.DistrustIfKnownAsLid(digits => IsLidOfAnother(business, digits));

        var statements = new List<ResolveStatement>();
        foreach (var pair in read.Pairs)
        {
            var key = new LidKey(business, pair.Lid);
            var seen = Observe(item, pair);
            var change = MappingRules.Decide(known.GetValueOrDefault(key), seen);
            if (change.Verdict is MappingVerdict.Learned or MappingVerdict.Confirmed or MappingVerdict.Replaced)
            {
                known[key] = change.Entry;
                changed[key] = change.Entry;
                if (change.Verdict == MappingVerdict.Replaced) replaced.Add((key, change.Other!, item.EventId));
            }
            statements.Add(new ResolveStatement(pair.Lid, seen, change, DerivedIds.Of(item.EventId, $"mapping {pair.Lid} {pair.Phone}")));
        }

        var unknown = new List<Lid>();
        var resolved = WithParties(read, party =>
        {
            if (party.Phone is not null || party.Lid is not { } lid) return party;
            var answer = EvidenceLadder.Resolve(party, known.GetValueOrDefault(new LidKey(business, lid))?.Phone, null);
            if (answer.Phone is null && !party.IsBusiness) unknown.Add(lid);
            return answer;
        });
        return new ResolveResult(resolved, statements, unknown);
    }

    // Known as a LID with another phone. A LID whose own phone has the same digits is a coincidence and no reason to doubt.
    private bool IsLidOfAnother(long business, string digits) =>
        Lid.TryParse(digits, out var lid) && known.TryGetValue(new LidKey(business, lid), out var entry) && entry.Phone.Digits != digits;
}
