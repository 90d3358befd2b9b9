using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>
/// What one more statement does to what is known of a LID. Pure, and the same whatever the order: the newest strong statement wins,
/// by the events' own times and never by arrival; weak never replaces strong; ties go to the greater phone text.
/// </summary>
public static class MappingRules
{
    /// <summary>Decides.</summary>
    /// <param name="known">What is known; null when the LID is new.</param>
    /// <param name="seen">The statement.</param>
    public static MappingChange Decide(LidEntry? known, LidObservation seen)
    {
        var stated = new LidEntry(seen.Phone, seen.Grade, seen.Source, seen.At, seen.At, seen.EventId);
        if (known is null) return new MappingChange(stated, null, MappingVerdict.Learned);

        if (known.Phone == seen.Phone)
        {
            var confirmed = Confirm(known, seen);
            return new MappingChange(confirmed, null, confirmed == known ? MappingVerdict.Unchanged : MappingVerdict.Confirmed);
        }

        return Wins(known, seen)
            ? new MappingChange(stated, known, MappingVerdict.Replaced)
            : new MappingChange(known, stated, MappingVerdict.Conflict);
    }

    // An entry tells of the strongest statements only. Letting a weak one move the times of a strong one, or arrival choose the source,
    // would make the end depend on the order.
    private static LidEntry Confirm(LidEntry known, LidObservation seen)
    {
        if (Outranks(known.Grade, seen.Grade)) return known;
        if (Outranks(seen.Grade, known.Grade)) return known with { Grade = seen.Grade, Source = seen.Source, FirstSeen = seen.At, LastSeen = seen.At };

        var isFirst = seen.At < known.FirstSeen || (seen.At == known.FirstSeen && string.CompareOrdinal(seen.Source, known.Source) < 0);
        return known with
        {
            FirstSeen = isFirst ? seen.At : known.FirstSeen,
            Source = isFirst ? seen.Source : known.Source,
            LastSeen = seen.At > known.LastSeen ? seen.At : known.LastSeen,
        };
    }

    private static bool Wins(LidEntry known, LidObservation seen)
    {
        if (known.Grade != seen.Grade) return Outranks(seen.Grade, known.Grade);
        if (seen.At != known.LastSeen) return seen.At > known.LastSeen;
        return string.CompareOrdinal(seen.Phone.ToString(), known.Phone.ToString()) > 0;
    }

    private static bool Outranks(MappingGrade grade, MappingGrade other) => grade == MappingGrade.Strong && other == MappingGrade.Seed;
}
