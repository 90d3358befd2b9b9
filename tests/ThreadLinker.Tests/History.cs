using Pipeline.Contracts;
using static Pipeline.ThreadLinker.Tests.Enriched;

namespace Pipeline.ThreadLinker.Tests;

/// <summary>
/// A random history of one business: a few people, each with one or two phones and LIDs, of which events reveal some. What must come of
/// it is worked out the naive way, by joining sets until nothing changes.
/// </summary>
internal sealed class History
{
    private readonly List<(string Id, HashSet<string> Addresses)> messages = [];
    private readonly List<HashSet<string>> joined = [];
    private readonly List<(string Phone, PhoneRank Rank, int At)> phones = [];
    private readonly List<(string Address, string Name, int At)> names = [];

    public History(int seed)
    {
        var random = new Random(seed);
        var people = Enumerable.Range(0, random.Next(1, 5)).Select(person => (
            Phones: Enumerable.Range(0, random.Next(1, 3)).Select(phone => $"+9725{person}000000{phone}").ToArray(),
            Lids: Enumerable.Range(0, random.Next(1, 3)).Select(lid => $"8{person}00000{lid}").ToArray())).ToArray();
        // Now and then a number is recycled: then two people cannot be told apart, in any order.
        if (people.Length > 1 && random.Next(8) == 0) people[0].Phones[0] = people[1].Phones[0];

        var events = random.Next(2, 40);
        for (var at = 0; at < events; at++)
        {
            var person = people[random.Next(people.Length)];
            Add($"e{at}", person.Phones[random.Next(person.Phones.Length)], person.Lids[random.Next(person.Lids.Length)], random.Next(10), random);
        }
    }

    /// <summary>The events, without a business.</summary>
    public List<Func<long, EnrichedEvent>> Events { get; } = [];

    /// <summary>What must come of it: for each conversation its messages, its phone and its name.</summary>
    public string Expected()
    {
        var groups = Closed(joined);
        return Describe(messages.GroupBy(message => groups.Find(group => group.Overlaps(message.Addresses))!).Select(conversation => (
            conversation.Select(message => message.Id),
            phones.Where(phone => conversation.Key.Contains(phone.Phone)).OrderBy(phone => phone.Rank).ThenBy(phone => phone.At).ThenBy(phone => phone.Phone, StringComparer.Ordinal)
                .Select(phone => phone.Phone).LastOrDefault(),
            names.Where(name => conversation.Key.Contains(name.Address)).OrderBy(name => name.At).ThenBy(name => name.Name, StringComparer.Ordinal)
                .Select(name => name.Name).LastOrDefault())));
    }

    /// <summary>One line a conversation.</summary>
    public static string Describe(IEnumerable<(IEnumerable<string> Messages, string? Phone, string? Name)> conversations) =>
        string.Join('\n', conversations.Select(one => $"{string.Join(' ', one.Messages.Order(StringComparer.Ordinal))} {one.Phone ?? "-"} {one.Name ?? "-"}").Order(StringComparer.Ordinal));

    private void Add(string id, string phone, string lid, int time, Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                Says(id, [phone], time, business => Message(id, Person(phone), time, NameAt(time), business: business));
                phones.Add((phone, PhoneRank.Stated, time));
                break;
            case 1:
                Says(id, [lid], time, business => Message(id, Person(lid: lid), time, NameAt(time), business: business));
                break;
            case 2:
                Says(id, [phone, lid], time, business => Message(id, Person(phone, lid), time, NameAt(time), business: business));
                phones.Add((phone, PhoneRank.Stated, time));
                break;
            case 3:
                Says(id, [phone, lid], time, business => Message(id, Person(phone, lid, source: Party.Types.Source.Table), time, NameAt(time), business: business));
                phones.Add((phone, PhoneRank.LookUp, int.MinValue));
                break;
            default:
                var (grade, rank) = (((string, PhoneRank)[])[("quoted", PhoneRank.LookUp), ("seed", PhoneRank.Seed), ("strong", PhoneRank.Stated)])[random.Next(3)];
                Events.Add(business => Mapping(id, lid, phone, time, grade, business));
                joined.Add([phone, lid]);
                phones.Add((phone, rank, time));
                break;
        }
    }

    private void Says(string id, string[] addresses, int time, Func<long, EnrichedEvent> make)
    {
        Events.Add(make);
        messages.Add((id, [.. addresses]));
        joined.Add([.. addresses]);
        names.Add((addresses[0], NameAt(time), time));
    }

    private static string NameAt(int time) => $"Name{time % 3}";

    private static List<HashSet<string>> Closed(List<HashSet<string>> sets)
    {
        var closed = new List<HashSet<string>>();
        foreach (var set in sets)
        {
            var touching = closed.Where(other => other.Overlaps(set)).ToArray();
            closed.RemoveAll(touching.Contains);
            closed.Add([.. set, .. touching.SelectMany(other => other)]);
        }
        return closed;
    }
}
