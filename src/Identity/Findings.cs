namespace Pipeline.Identity;

/// <summary>What comes to light while one event is read: pairs, notes, a fault. One per event, not shared.</summary>
internal sealed class Findings(OwnAddresses own, MappingGrade grade)
{
    // Beyond this many pairs (rosters) a set tells repetitions apart; below it, looking at each is cheaper.
    private const int FewPairs = 8;

    private List<LearnedPair>? _pairs;
    private HashSet<(Lid, PhoneNumber)>? _known;

    public OwnAddresses Own => own;

    public ReadNotes Notes { get; private set; }

    public string? Fault { get; private set; }

    public IReadOnlyList<LearnedPair> Pairs => _pairs ?? (IReadOnlyList<LearnedPair>)[];

    public void Note(ReadNotes note) => Notes |= note;

    /// <summary>The first fault stays.</summary>
    public void Fail(string fault) => Fault ??= fault;

    public void Conflict()
    {
        Note(ReadNotes.IdentityConflict);
        Fail(Faults.IdentityConflict);
    }

    /// <summary>
    /// Learns a pair, unless exactly one half is the business's own: such a pair would turn a customer into the business. Where nothing
    /// is known of the other half's kind, <paramref name="mayBeOwn"/> says whether the pair may tell it.
    /// </summary>
    public void Learn(Lid lid, PhoneNumber phone, string field, bool mayBeOwn)
    {
        bool ownLid = own.Contains(lid), ownPhone = own.Contains(phone);
        if (ownLid != ownPhone)
        {
            var untold = ownLid ? own.Phones.Count == 0 : own.Lids.Count == 0;
            if (!untold || !mayBeOwn)
            {
                Note(ReadNotes.OwnAlternate);
                return;
            }
        }
        Add(new LearnedPair(lid, phone, field, grade));
    }

    /// <summary>Takes over what was found elsewhere in the same event, with its own grades.</summary>
    public void Adopt(Findings other)
    {
        Notes |= other.Notes;
        foreach (var pair in other.Pairs) Add(pair);
    }

    private void Add(LearnedPair pair)
    {
        _pairs ??= new List<LearnedPair>(1);
        if (_pairs.Count < FewPairs)
        {
            foreach (var known in _pairs)
            {
                if (known.Lid == pair.Lid && known.Phone == pair.Phone) return;
            }
        }
        else
        {
            _known ??= [.. _pairs.Select(p => (p.Lid, p.Phone))];
            if (!_known.Add((pair.Lid, pair.Phone))) return;
        }
        _pairs.Add(pair);
    }

    /// <summary>Learns a pair from two addresses given side by side, each classified by its server. Anything else than one LID and one phone teaches nothing.</summary>
    public void LearnSideBySide(WaId? one, WaId? other, string field)
    {
        if (one is null || other is null) return;
        if (one.IsOnlyTheLid(other) || other.IsOnlyTheLid(one))
        {
            Note(ReadNotes.SuffixConflict);
            return;
        }
        NoteDoubt(one);
        NoteDoubt(other);
        if (one.Kind == WaIdKind.Lid && other.Phone is { } phone) Learn(one.Lid!.Value, phone, field, true);
        else if (other.Kind == WaIdKind.Lid && one.Phone is { } phone2) Learn(other.Lid!.Value, phone2, field, true);
    }

    public void NoteDoubt(WaId id)
    {
        if (id is { Kind: WaIdKind.User, Phone: null }) Note(ReadNotes.SuffixConflict);
    }
}
