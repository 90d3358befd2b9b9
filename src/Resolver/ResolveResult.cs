using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>The end of one event in the Resolver.</summary>
/// <param name="Resolved">What was read, with the phones that could be found.</param>
/// <param name="Statements">The pairs it stated and what they did.</param>
/// <param name="UnknownLids">LIDs of its people that nobody knows yet.</param>
/// <param name="RefusedPhones">Phones that were found but are LIDs of this business themselves. Always 0 unless a rule before this one has a gap.</param>
public sealed record ResolveResult(ReadEvent Resolved, IReadOnlyList<ResolveStatement> Statements, IReadOnlyList<Lid> UnknownLids, int RefusedPhones)
{
    /// <summary>What an operator said, on the events that are an operator's word.</summary>
    public ResolveRuling? Ruling { get; init; }
}

/// <summary>An operator's word and what it did.</summary>
/// <param name="Key">The LID.</param>
/// <param name="Said">The word.</param>
/// <param name="Row">What is known of the LID from now on.</param>
public sealed record ResolveRuling(LidKey Key, DatedRuling Said, LidRow Row)
{
    /// <summary>
    /// The statement of a pair that is allowed again. It may have been made while the pair was denied, and then nobody was told.
    /// </summary>
    public LidEntry? Allowed => Said.IsDenied || Row.Denies(Said.Phone) ? null : Row.Entries.FirstOrDefault(entry => entry.Phone == Said.Phone);
}

/// <summary>One stated pair and what it did.</summary>
/// <param name="Lid">The LID.</param>
/// <param name="Seen">The statement.</param>
/// <param name="Change">What it did to the table.</param>
/// <param name="EventId">Id of the <em>mapping learned</em> event that follows from it.</param>
public sealed record ResolveStatement(Lid Lid, LidObservation Seen, MappingChange Change, Guid EventId)
{
    /// <summary>
    /// True when it has to be announced whatever else the batch says. A contradiction is announced too, because which of two statements
    /// comes first must not change who belongs together; and so is what this very event taught before: after a crash between storing and
    /// announcing, the repeated event finds its own pair in the table.
    /// </summary>
    public bool IsNews => !IsDenied && (
        Change.Verdict is MappingVerdict.Learned or MappingVerdict.Replaced or MappingVerdict.Conflict || Change.Stated.EventId == Seen.EventId);

    /// <summary>
    /// True when nobody has stated the phone later or more strongly. Which of a person's phones is the newest is decided by whoever reads
    /// the announcements, so the newest statement of each phone has to reach them, the earlier ones need not.
    /// </summary>
    public bool IsNewest => !IsDenied && Change.Stated.Grade == Seen.Grade && Change.Stated.LastSeen == Seen.At;

    /// <summary>True when an operator has denied the pair: nobody is told of it.</summary>
    public bool IsDenied => Change.Verdict == MappingVerdict.Denied;

    /// <summary>Set when the statement is announced because it is the newest.</summary>
    public bool IsAnnouncedAsNewest { get; init; }
}
