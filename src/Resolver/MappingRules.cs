namespace Pipeline.Resolver;

/// <summary>
/// What one more statement, or an operator's word, does to what is known of a LID. Pure, and the same whatever the order: a row is a set of
/// statements, kept as the span of the strongest for each phone, and a set of rulings. The best phone is the greatest that is not denied: by grade,
/// then by the time it was last stated, then by its text. Times are the events' own, never those of arrival.
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
        if (best is not null && best.Phone == seen.Phone)
        {
            var confirmed = Merge(best, stated);
            return confirmed == best
                ? new MappingChange(known, best, null, MappingVerdict.Unchanged)
                : new MappingChange(known with { Best = confirmed }, confirmed, null, MappingVerdict.Confirmed);
        }

        var before = known.Others.FirstOrDefault(other => other.Phone == seen.Phone);
        if (before is not null) stated = Merge(before, stated);
        LidEntry[] rest = [.. known.Others.Where(other => other != before)];
        if (known.Denies(seen.Phone)) return Kept(MappingVerdict.Denied);
        if (best is null) return new MappingChange(known with { Best = stated, Others = rest }, stated, null, MappingVerdict.Learned);
        if (Beats(stated, best)) return new MappingChange(known with { Best = stated, Others = [.. rest, best] }, stated, best, MappingVerdict.Replaced);
        return Kept(MappingVerdict.Conflict);

        MappingChange Kept(MappingVerdict verdict) =>
            new(stated == before ? known : known with { Others = [.. rest, stated] }, stated, null, verdict);
    }

    /// <summary>Takes an operator's word into account and chooses the best phone again.</summary>
    /// <param name="known">What is known; null when the LID is new.</param>
    /// <param name="said">The word.</param>
    /// <returns>What is known from now on; <paramref name="known"/> itself when a later word stands already.</returns>
    public static LidRow Rule(LidRow? known, DatedRuling said)
    {
        known ??= LidRow.Empty;
        var standing = known.Rulings.FirstOrDefault(one => one.Phone == said.Phone);
        if (standing is not null && !said.Outranks(standing)) return known;

        var ruled = known with { Rulings = [.. known.Rulings.Where(one => one != standing), said] };
        LidEntry? best = null;
        foreach (var entry in known.Entries)
            if (!ruled.Denies(entry.Phone) && (best is null || Beats(entry, best))) best = entry;
        return ruled with { Best = best, Others = [.. known.Entries.Where(entry => entry != best)] };
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
