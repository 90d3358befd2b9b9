using Pipeline.Contracts;

namespace Pipeline.Laws.Tests;

/// <summary>What happened to some businesses, in one of many possible orders, with the records that the Ingestor would write of it.</summary>
internal sealed class History
{
    private readonly Lazy<RawEvent[]> raws;
    private readonly Lazy<Dictionary<string, int>> places;

    public History(IReadOnlyList<Happening> happenings)
    {
        Happenings = happenings;
        raws = new(() => [.. happenings.Select(Rendering.Raw)]);
        places = new(() =>
        {
            var first = new Dictionary<string, int>();
            for (var i = 0; i < Raws.Length; i++) first.TryAdd(Raws[i].EventId, i);
            return first;
        });
    }

    public IReadOnlyList<Happening> Happenings { get; }

    public RawEvent[] Raws => raws.Value;

    public IEnumerable<long> Businesses => Happenings.Select(one => one.Business).Distinct().Order();

    /// <summary>The happening that an event id belongs to; the first one when it was delivered several times.</summary>
    public int PlaceOf(string eventId) => places.Value[eventId];

    /// <summary>The history of one of the businesses.</summary>
    public History Of(long business) => new([.. Happenings.Where(one => one.Business == business)]);

    public override string ToString() => string.Join('\n', Happenings.Select((one, place) => $"  e{place}  {one}"));

    /// <summary>A random history.</summary>
    /// <param name="seed">The same seed gives the same history.</param>
    /// <param name="withFaultyProducer">
    /// Also phone addresses that hold the digits of a LID of the same business, which is the work of a faulty producer. Whether such an address is believed depends
    /// on whether the LID is known with another phone by then, so these histories keep the first law and not the second.
    /// </param>
    public static History Random(int seed, bool withFaultyProducer = false)
    {
        var random = new Random(seed);
        var businesses = random.Next(1, 4);
        var casts = Enumerable.Range(0, businesses).Select(_ => Cast.Of(random)).ToArray();
        // A few shapes in each history, not all of them: what two shapes do to each other is seen more often. A chat is always among them.
        var shapes = Enum.GetValues<Shape>();
        random.Shuffle(shapes);
        shapes = [random.Next(2) == 0 ? Shape.DirectByLid : Shape.DirectByPhone, .. shapes[..random.Next(1, 9)]];

        var happenings = new List<Happening>();
        for (var count = random.Next(3) == 0 ? random.Next(12, 30) : random.Next(2, 12); count > 0; count--)
        {
            if (happenings.Count > 0 && random.Next(12) == 0)
            {
                // Delivered once more, later.
                happenings.Add(happenings[random.Next(happenings.Count)] with { Arrived = random.Next(10) });
                continue;
            }
            var business = random.Next(businesses);
            happenings.Add(RandomOf(shapes[random.Next(shapes.Length)], business + 1, casts[business], random, withFaultyProducer));
        }
        return new History(happenings);
    }

    private static Happening RandomOf(Shape shape, long business, Cast cast, Random random, bool withFaultyProducer)
    {
        var person = cast.People[random.Next(cast.People.Count)];
        var spellings = person.Phones[random.Next(person.Phones.Length)];
        var (lid, phone) = (person.Lids[random.Next(person.Lids.Length)], spellings[random.Next(spellings.Length)]);
        if (shape is Shape.OwnChatByLid or Shape.OwnChatByPhone) (lid, phone) = (Cast.OwnLid(business), Cast.OwnPhone(business));
        else if (withFaultyProducer && random.Next(4) == 0) phone = Any(cast, random).Lids[0];
        return new Happening(shape, business, lid, phone)
        {
            Id = random.Next(12),
            At = random.Next(8) == 0 ? null : random.Next(10),
            Arrived = random.Next(10),
            FromMe = random.Next(3) == 0 && shape is not (Shape.BroadcastByLid or Shape.BroadcastWithAlternate or Shape.StatusWithAlternate
                or Shape.DirectByLidWithParticipant or Shape.GroupByLid or Shape.GroupByPhone or Shape.GroupByLidWithAlternate
                or Shape.GroupByLidWithPhoneField or Shape.GroupByPhoneWithLidField),
            Content = random.Next(3) == 0 ? (Content)random.Next(shape < Shape.OwnChatByLid ? 6 : 5) : Content.Text,
            Spelling = random.Next(3) == 0 ? (Spelling)random.Next(3) : Spelling.Plain,
            Quoted = random.Next(4) > 0 ? null : random.Next(2) == 0 ? Cast.OwnPhone(business) : Any(cast, random).Phones[0][0],
        };
    }

    private static Cast.Person Any(Cast cast, Random random) => cast.People[random.Next(cast.People.Count)];
}
