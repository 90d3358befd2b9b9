using Pipeline.Contracts;
using Pipeline.Identity;
using Xunit;

namespace Pipeline.Laws.Tests;

/// <summary>
/// The laws of identity, each on 10 000 random histories (<c>LAWS_HISTORIES</c> for more): raw events through Resolver and ThreadLinker in memory.
/// A failure names its seed and shows the smallest history that breaks the law.
/// </summary>
public sealed class LawTests
{
    private const int Orders = 3;

    // Law 1.
    [Fact]
    public void No_phone_comes_out_that_did_not_come_in_as_a_phone_address() => new Law(InventedPhone).Holds();

    [Fact]
    public void No_phone_comes_out_that_did_not_come_in_even_when_a_producer_writes_LIDs_as_phones() => new Law(InventedPhone, withFaultyProducer: true).Holds();

    // Law 2.
    [Fact]
    public void Every_order_duplication_and_interleaving_ends_with_the_same_conversations_and_phones() => new Law((history, random) =>
    {
        var first = World.After(history.Raws);
        for (var order = 0; order < Orders; order++)
        {
            var other = Shuffled(history, random);
            foreach (var business in history.Businesses)
                if (Difference(history, business, first, other) is { } difference) return difference;
        }
        return null;
    }).Holds();

    [Fact]
    public void Every_order_ends_with_the_same_LID_table_to_the_last_column() => new Law((history, random) =>
    {
        var first = World.After(history.Raws);
        var other = Shuffled(history, random);
        return history.Businesses.Select(business => Differ("LID table", business, first.Table(business), other.Table(business))).FirstOrDefault(wrong => wrong is not null);
    }).Holds();

    [Fact]
    public void Who_is_together_and_under_which_phone_is_what_the_events_say() => new Law((history, _) =>
    {
        var world = World.After(history.Raws);
        return history.Businesses.Select(business => Differ("conversations (said, made)", business, Evidence.Conversations(history, business), world.Conversations(history, business)))
            .FirstOrDefault(wrong => wrong is not null);
    }).Holds();

    // Law 3.
    [Fact]
    public void Replaying_everything_into_the_finished_state_changes_nothing() => new Law((history, random) =>
    {
        var once = World.After(history.Raws);
        var twice = World.After(history.Raws);
        twice.Feed(history.Raws, random);
        foreach (var business in history.Businesses)
            if ((Difference(history, business, once, twice) ?? Differ("LID table", business, once.Table(business), twice.Table(business))) is { } difference) return difference;
        var raws = history.Raws.ToArray();
        random.Shuffle(raws);
        twice.Feed(raws, random);
        return history.Businesses.Select(business => Difference(history, business, once, twice)).FirstOrDefault(wrong => wrong is not null);
    }).Holds();

    // Law 4. “Newer and strong” is taken as: by a better statement. A bulk observation may move what rests on an older one, else the second law could not hold.
    [Fact]
    public void More_events_never_split_a_conversation_or_lose_a_phone_and_only_a_better_statement_moves_one() => new Law((history, _) =>
    {
        var world = new World();
        var before = new Dictionary<string, (string EventId, string Conversation, string? Phone)>();
        for (var at = 0; at < history.Raws.Length; at++)
        {
            var unresolved = world.Feed([history.Raws[at]]).SelectMany(PartiesIn).FirstOrDefault(party =>
                party is { Phone.Length: 0, Lid.Length: > 0 } && Lid.TryParse(party.Lid, out var lid) && world.Resolver.PhoneOf(history.Raws[at].BusinessId, lid) is not null);
            if (unresolved is not null) return $"e{at} goes on without the phone that the table has for {unresolved.Lid}";
            var now = history.Businesses.SelectMany(world.Linker.Linked).ToDictionary(one => one.EventId);
            foreach (var together in before.Values.GroupBy(one => one.Conversation))
                if (together.Select(one => now[one.EventId].Conversation).Distinct().Count() > 1) return $"e{at} splits a conversation";
            foreach (var (eventId, _, known) in before.Values)
            {
                if (known is null || now[eventId].Phone == known) continue;
                if (now[eventId].Phone is not { } moved) return $"e{at} loses the phone of e{history.PlaceOf(eventId)}";
                var said = history.Happenings.Take(at + 1).Where(one => one.Business == history.Happenings[at].Business).Select(Evidence.Of).OfType<Evidence.Statement>().ToArray();
                if (Best(said, moved).CompareTo(Best(said, known)) < 0)
                    return $"e{at} moves the phone of e{history.PlaceOf(eventId)} from {known} to {moved}, for which less speaks";
            }
            before = now;
        }
        return null;

        static Evidence.Statement Best(Evidence.Statement[] said, string phone) => said.Where(one => one.Phone == phone).DefaultIfEmpty().Max();
    }).Holds();

    // Law 5.
    [Fact]
    public void What_comes_of_a_business_is_the_same_alone_and_among_others() => new Law((history, random) =>
    {
        var mixed = new World();
        var enriched = new List<EnrichedEvent>();
        var batches = new List<RawEvent[]>();
        for (var at = 0; at < history.Raws.Length; at += batches[^1].Length)
        {
            batches.Add([.. history.Raws.Skip(at).Take(random.Next(1, 9))]);
            enriched.AddRange(mixed.Feed(batches[^1]));
        }
        foreach (var business in history.Businesses)
        {
            var alone = new World();
            var own = batches.SelectMany(batch => alone.Feed([.. batch.Where(raw => raw.BusinessId == business)])).ToList();
            if (!own.SequenceEqual(enriched.Where(one => one.BusinessId == business))) return $"business {business}: other enriched events";
            if (!alone.Linker.Linked(business).SequenceEqual(mixed.Linker.Linked(business))) return $"business {business}: other conversations";
            if (Differ("LID table", business, alone.Table(business), mixed.Table(business)) is { } difference) return difference;
        }
        return null;
    }).Holds();

    // Law 6.
    [Fact]
    public void Whether_two_addresses_are_one_person_is_symmetric_and_never_taken_back_without_a_changed_phone() => new Law((history, _) =>
    {
        var resolver = new PureResolver();
        var addresses = history.Happenings.SelectMany(Addresses).Distinct().ToArray();
        var different = new HashSet<(int A, int B, PhoneNumber? OfA, PhoneNumber? OfB)>();
        for (var at = 0; at <= history.Raws.Length; at++)
        {
            if (at > 0) resolver.Run([history.Raws[at - 1]]);
            // Each address by itself and with what is known of it, since half of what is known may be at hand.
            var known = addresses.SelectMany(address => (WaId[])[WaId.Parse(address.Text)!, Known(resolver, address.Business, address.Text)]).ToArray();
            for (var a = 0; a < known.Length; a++)
                for (var b = 0; b < known.Length; b++)
                {
                    if (addresses[a / 2].Business != addresses[b / 2].Business) continue;
                    var answer = known[a].RefersToSamePerson(known[b]);
                    if (answer != known[b].RefersToSamePerson(known[a])) return $"e{at - 1}: {known[a]} and {known[b]} are not symmetric";
                    if (a == b && answer != SamePerson.Same) return $"e{at - 1}: {known[a]} is not itself";
                    if (answer == SamePerson.Different) different.Add((a, b, known[a].Phone, known[b].Phone));
                }
            foreach (var (a, b, ofA, ofB) in different)
                if ((ofA is null || known[a].Phone == ofA) && (ofB is null || known[b].Phone == ofB) && known[a].RefersToSamePerson(known[b]) == SamePerson.Same)
                    return $"e{at - 1}: {known[a]} and {known[b]} were different and are the same";
        }
        return null;
    }).Holds();

    [Fact]
    public void The_author_of_a_quoted_message_changes_nothing() => new Law((history, _) =>
    {
        var without = new History([.. history.Happenings.Select(one => one with { Quoted = null })]);
        var (one, other) = (World.After(history.Raws), World.After(without.Raws));
        return history.Businesses.Select(business => Difference(history, business, one, other) ?? Differ("LID table", business, one.Table(business), other.Table(business)))
            .FirstOrDefault(wrong => wrong is not null);
    }).Holds();

    private static string? InventedPhone(History history, Random random)
    {
        var world = new World();
        var raws = history.Raws.ToArray();
        random.Shuffle(raws);
        var enriched = world.Feed(raws);
        foreach (var business in history.Businesses)
        {
            // Stronger than the letter of the law: not only no LID's digits, but nothing that was not an address. Quoted authors do not count.
            var seen = history.Happenings.Where(one => one.Business == business && one.Traits.NamesPhone).Select(one => Cast.Canonical(one.Phone))
                .Append("+" + Cast.OwnPhone(business)).ToHashSet();
            var written = enriched.Where(one => one.BusinessId == business).SelectMany(PhonesIn)
                .Concat(world.Resolver.PhonesOf(business).Select(row => row.Phone))
                .Concat(world.Linker.PhonesOf(business));
            foreach (var phone in written)
                if (phone.Length > 0 && !seen.Contains(phone)) return $"business {business}: {phone} is no phone that came in";
        }
        return null;
    }

    private static IEnumerable<string> PhonesIn(EnrichedEvent one) =>
        one.MappingLearned is { } mapping ? [mapping.Phone, mapping.PreviousPhone] : PartiesIn(one).Select(party => party.Phone);

    private static IEnumerable<Party> PartiesIn(EnrichedEvent one) => one.BodyCase switch
    {
        EnrichedEvent.BodyOneofCase.Message => new[] { one.Message.Peer, one.Message.Author }.OfType<Party>(),
        EnrichedEvent.BodyOneofCase.MessageUpdate => new[] { one.MessageUpdate.Peer, one.MessageUpdate.Author }.OfType<Party>(),
        EnrichedEvent.BodyOneofCase.Receipt => new[] { one.Receipt.Peer, one.Receipt.Reader }.OfType<Party>(),
        _ => [],
    };

    private static World Shuffled(History history, Random random)
    {
        RawEvent[] raws = [.. history.Raws, .. history.Raws.Where(_ => random.Next(4) == 0)];
        random.Shuffle(raws);
        var world = new World();
        world.Feed(raws, random);
        return world;
    }

    private static string? Difference(History history, long business, World one, World other) =>
        Differ("conversations", business, one.Conversations(history, business), other.Conversations(history, business)) ??
        Differ("phones of LIDs", business, one.Phones(business), other.Phones(business));

    private static string? Differ(string what, long business, string one, string other) => one == other ? null : $"{what} of business {business} differ:\n{one}\n  and\n{other}";

    private static IEnumerable<(long Business, string Text)> Addresses(Happening one)
    {
        if (one.Traits.NamesLid) yield return (one.Business, one.Lid + "@lid");
        if (one.Traits.NamesPhone) yield return (one.Business, one.Phone + "@s.whatsapp.net");
        if (one.Traits.Place == Place.Group) yield return (one.Business, "120363000000000001@g.us");
        if (one.Shape == Shape.StatusWithAlternate) yield return (one.Business, "status@broadcast");
    }

    // An address with what the table knows of its owner by now.
    private static WaId Known(PureResolver resolver, long business, string text)
    {
        var id = WaId.Parse(text)!;
        if (id.Lid is { } lid) return id with { Phone = resolver.PhoneOf(business, lid) };
        var digits = resolver.PhonesOf(business).Where(row => id.Phone is { } phone && row.Phone == phone.ToString()).Select(row => row.Lid).Order(StringComparer.Ordinal).FirstOrDefault();
        return digits is not null && Lid.TryParse(digits, out var found) ? id with { Lid = found } : id;
    }
}
