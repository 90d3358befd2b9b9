namespace Pipeline.Resolver;

/// <summary>
/// What one more statement does to what is known of a LID. Pure, and the same whatever the order: a row is a set of statements, kept as the
/// span of the strongest for each phone, and the best phone is the greatest by grade, then by the time it was last stated, then by its
/// text. Times are the events' own, never those of arrival.
/// </summary>
public static class MappingRules
{
    /// <summary>Decides.</summary>
    /// <param name="known">What is known; null when the LID is new.</param>
    /// <param name="seen">The statement.</param>
    public static MappingChange Decide(LidRow? known, LidObservation seen)
    {
        var stated = new LidEntry(seen.Phone, seen.Grade, seen.Source, seen.At, seen.At, seen.EventId, seen.Raw);
        if (known is null) return new MappingChange(new LidRow(stated, []), stated, null, MappingVerdict.Learned);

        var best = known.Best;
        if (best.Phone == seen.Phone)
        {
            var confirmed = Merge(best, stated);
            return confirmed == best
                ? new MappingChange(known, best, null, MappingVerdict.Unchanged)
                : new MappingChange(known with { Best = confirmed }, confirmed, null, MappingVerdict.Confirmed);
        }

        var before = known.Others.FirstOrDefault(other => other.Phone == seen.Phone);
        if (before is not null) stated = Merge(before, stated);
        if (Beats(stated, best))
            return new MappingChange(new LidRow(stated, [.. known.Others.Where(other => other != before), best]), stated, best, MappingVerdict.Replaced);
        return stated == before
            ? new MappingChange(known, stated, null, MappingVerdict.Conflict)
            : new MappingChange(known with { Others = [.. known.Others.Where(other => other != before), stated] }, stated, null, MappingVerdict.Conflict);
    }

    // An entry tells of the strongest statements only: a weak one that moved the times of a strong one could decide between two phones.
    private static LidEntry Merge(LidEntry known, LidEntry stated)
    {
        if (known.Grade != stated.Grade) return known.Grade > stated.Grade ? known : stated;
        var first = IsEarlier(stated, known) ? stated : known;
        var last = stated.LastSeen > known.LastSeen ? stated.LastSeen : known.LastSeen;
        return first with { LastSeen = last };
    }

    private static bool IsEarlier(LidEntry one, LidEntry other)
    {
        if (one.FirstSeen != other.FirstSeen) return one.FirstSeen < other.FirstSeen;
        var order = string.CompareOrdinal(one.Source, other.Source);
        return order != 0 ? order < 0 : one.EventId.CompareTo(other.EventId) < 0;
    }

    private static bool Beats(LidEntry one, LidEntry other)
    {
        if (one.Grade != other.Grade) return one.Grade > other.Grade;
        if (one.LastSeen != other.LastSeen) return one.LastSeen > other.LastSeen;
        return string.CompareOrdinal(one.Phone.ToString(), other.Phone.ToString()) > 0;
    }
}
