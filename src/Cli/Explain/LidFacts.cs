namespace Pipeline.Cli.Explain;

/// <summary>What the business's LID table holds about one LID.</summary>
internal sealed record LidFacts
{
    /// <summary>The digits.</summary>
    public required string Lid { get; init; }

    /// <summary>True when it is the business's own.</summary>
    public bool IsOwn { get; init; }

    /// <summary>The best-known phone; null when none is known.</summary>
    public StatedPhone? Best { get; init; }

    /// <summary>Every other phone that was ever stated for it.</summary>
    public IReadOnlyList<StatedPhone> Others { get; init; } = [];

    /// <summary>Other LIDs whose best-known phone is the same.</summary>
    public IReadOnlyList<string> OtherLids { get; init; } = [];

    /// <summary>Set while nobody knows the phone and the endpoint is asked again from time to time.</summary>
    public ParkedLid? Parked { get; init; }

    /// <summary>Whom messages of this LID quoted.</summary>
    public IReadOnlyList<QuotedPhone> Hints { get; init; } = [];

    /// <summary>What operators have said of it and a phone.</summary>
    public IReadOnlyList<PairRuling> Rulings { get; init; } = [];

    /// <summary>Whether an operator says that a phone is somebody else's.</summary>
    public bool Denies(string phone) => Rulings.Any(ruling => ruling.IsDenied && ruling.Phone == phone);

    /// <summary>True when the table has anything about it.</summary>
    public bool IsKnown => Best is not null || Others.Count > 0 || Parked is not null || Hints.Count > 0 || Rulings.Count > 0;
}

/// <summary>“This LID is this phone”, as it was stated.</summary>
/// <param name="Phone">E.164.</param>
/// <param name="Grade"><c>strong</c>, <c>seed</c> or <c>quoted</c>.</param>
/// <param name="Field">The field of the earliest statement of that grade, or <c>endpoint</c>.</param>
/// <param name="FirstSeen">Event time of the first.</param>
/// <param name="LastSeen">Event time of the newest.</param>
/// <param name="Origin">The earliest.</param>
internal sealed record StatedPhone(string Phone, string Grade, string Field, DateTime FirstSeen, DateTime LastSeen, Origin Origin)
{
    /// <summary>Why this phone is not the best-known one. The same rules as the Resolver's.</summary>
    public Loss LosesTo(StatedPhone best)
    {
        if (Weight(Grade) != Weight(best.Grade)) return Weight(Grade) < Weight(best.Grade) ? Loss.Weaker : Loss.None;
        if (LastSeen != best.LastSeen) return LastSeen < best.LastSeen ? Loss.Older : Loss.None;
        return string.CompareOrdinal(Phone, best.Phone) < 0 ? Loss.SmallerNumber : Loss.None;
    }

    private static int Weight(string grade) => grade switch
    {
        "strong" => 2,
        "seed" => 1,
        _ => 0,
    };
}

/// <summary>Why one stated phone gives way to another.</summary>
internal enum Loss
{
    /// <summary>By the rules it would have won: the table is not what the rules make of it.</summary>
    None,

    /// <summary>The other has a stronger grade.</summary>
    Weaker,

    /// <summary>Of equal grade, the other was stated later.</summary>
    Older,

    /// <summary>Stated at the same time; the greater number stands, so that the order of arrival decides nothing.</summary>
    SmallerNumber,
}

/// <summary>What an operator has said of a LID and a phone.</summary>
/// <param name="Phone">E.164.</param>
/// <param name="IsDenied">True: they are two people. False: that was taken back.</param>
/// <param name="At">When.</param>
/// <param name="Origin">The event.</param>
internal sealed record PairRuling(string Phone, bool IsDenied, DateTime At, Origin Origin);

/// <summary>A LID whose phone nobody knows yet.</summary>
/// <param name="Source">Who named it: <c>baileys</c>, <c>evolution</c> or <c>waha</c>.</param>
/// <param name="Session">The session that is asked.</param>
/// <param name="Since">When the event that named it first was received.</param>
/// <param name="Attempts">Questions that ended with “unknown”.</param>
/// <param name="AskedAt">The last one that was answered.</param>
/// <param name="NextCheckAt">When it is asked again.</param>
/// <param name="Origin">The event that named it first.</param>
internal sealed record ParkedLid(string Source, string Session, DateTime Since, int Attempts, DateTime? AskedAt, DateTime NextCheckAt, Origin Origin);

/// <summary>A phone that messages of an unresolved LID quoted.</summary>
/// <param name="Phone">E.164.</param>
/// <param name="FirstSeen">Event time of the first.</param>
/// <param name="LastSeen">Event time of the newest.</param>
/// <param name="Origin">The earliest.</param>
internal sealed record QuotedPhone(string Phone, DateTime FirstSeen, DateTime LastSeen, Origin Origin);
