namespace Pipeline.Laws.Tests;

/// <summary>
/// What happenings alone say, worked out the naive way and without the product: who belongs together by joining sets until nothing changes, and
/// which phone by the greatest statement.
/// </summary>
internal static class Evidence
{
    /// <summary>How good a statement of a phone is: the weightier, then the newer, then the greater text.</summary>
    internal readonly record struct Statement(int Weight, int Time, string Phone) : IComparable<Statement>
    {
        public int CompareTo(Statement other) =>
            Weight != other.Weight ? Weight.CompareTo(other.Weight)
            : Time != other.Time ? Time.CompareTo(other.Time)
            : string.CompareOrdinal(Phone, other.Phone);
    }

    /// <summary>The phone a happening states of a person, if it does.</summary>
    public static Statement? Of(Happening one)
    {
        if (!one.Traits.NamesPhone) return null;
        var phone = Cast.Canonical(one.Phone);
        // The business writing to itself by LID: its phone is filled in from what the session says about itself.
        if (one.Shape == Shape.OwnChatByLid && !one.IsDeadLetter) return new Statement(0, 0, phone);
        if (one.Traits.Place == Place.Direct) return new Statement(2, one.Time, phone);
        return one.Traits.IsPair ? new Statement(one.Traits.IsBulk ? 1 : 2, one.Time, phone) : null;
    }

    /// <summary>What must become of a business's events: one line a conversation, as <see cref="World.Conversations"/> writes it.</summary>
    public static string Conversations(History history, long business)
    {
        var happenings = history.Happenings.Select((one, place) => (one, Place: history.PlaceOf(history.Raws[place].EventId))).Where(at => at.one.Business == business).ToArray();
        var joined = new List<HashSet<string>>();
        foreach (var (one, _) in happenings)
        {
            // A dead letter belongs to no conversation, but a pair that stands in it is a pair.
            if (one.Traits.Place != Place.Direct && !one.Traits.IsPair) continue;
            HashSet<string> set = [];
            if (one.Traits.NamesLid) set.Add(one.Lid);
            if (one.Traits.NamesPhone) set.Add(Cast.Canonical(one.Phone));
            var touching = joined.Where(set.Overlaps).ToArray();
            joined.RemoveAll(touching.Contains);
            foreach (var other in touching) set.UnionWith(other);
            joined.Add(set);
        }

        var direct = happenings.Where(at => at.one.Traits.Place == Place.Direct)
            .GroupBy(at => joined.Find(set => set.Contains(at.one.Traits.NamesLid ? at.one.Lid : Cast.Canonical(at.one.Phone)))!)
            .Select(conversation => (
                Places: conversation.Select(at => at.Place),
                Phone: happenings.Select(at => Of(at.one)).Where(said => said is { } known && conversation.Key.Contains(known.Phone)).Max()?.Phone));
        var group = happenings.Where(at => at.one.Traits.Place == Place.Group).Select(at => at.Place).ToArray();
        var all = group.Length == 0 ? direct : direct.Append((group, null));
        return string.Join('\n', all
            .Select(conversation => $"    {string.Join(' ', conversation.Places.Distinct().Order().Select(place => $"e{place}"))} {conversation.Phone ?? "-"}")
            .Order(StringComparer.Ordinal));
    }
}
