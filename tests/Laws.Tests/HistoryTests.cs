using Pipeline.Contracts;
using Pipeline.Identity;
using Xunit;

namespace Pipeline.Laws.Tests;

/// <summary>A law that holds for histories in which nothing happens says nothing, so the histories are tested too.</summary>
public sealed class HistoryTests
{
    public static TheoryData<string> Shapes => new(Enum.GetNames<Shape>());

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shape_is_read_as_what_it_is_meant_to_say(string name)
    {
        var shape = Enum.Parse<Shape>(name);
        var isOwn = shape is Shape.OwnChatByLid or Shape.OwnChatByPhone;
        foreach (var spelling in Enum.GetValues<Spelling>())
        {
            var it = new Happening(shape, 1, isOwn ? Cast.OwnLid(1) : "203914857316042", isOwn ? Cast.OwnPhone(1) : "551187650001") { At = 3, Arrived = 5, Spelling = spelling };
            var raw = Rendering.Raw(it);
            var read = EventReader.Read(new RawItem(
                raw.Source, raw.EventType, raw.Part, raw.Delivery, raw.Payload.Memory, OwnAddresses.From(raw.OwnPhoneAddress, raw.OwnLidAddress), raw.ReceivedAt.ToDateTimeOffset()));
            Assert.Null(read.Fault);
            Assert.Equal(it.Traits.IsPair && !isOwn ? [(it.Lid, Cast.Canonical(it.Phone), it.Traits.IsBulk)] : [],
                read.Pairs.Select(pair => (pair.Lid.Digits, pair.Phone.ToString(), pair.Grade == MappingGrade.Seed)));
            Assert.Equal(it.Time, ((read.SentAt ?? raw.ReceivedAt.ToDateTimeOffset()) - DateTimeOffset.FromUnixTimeSeconds(1760000000)).TotalSeconds);
            Assert.Equal(it.Traits.Place, PlaceOf(raw));
        }
    }

    [Fact]
    public void Histories_hold_what_makes_identity_difficult()
    {
        var histories = Enumerable.Range(0, 1000).Select(seed => History.Random(seed)).ToArray();
        Assert.Equal(Enum.GetValues<Shape>(), histories.SelectMany(history => history.Happenings).Select(one => one.Shape).Distinct().Order());
        AtLeast(100, "a LID with two phones", history => Pairs(history).GroupBy(one => (one.Business, one.Lid)).Any(lid => lid.Select(one => Cast.Canonical(one.Phone)).Distinct().Count() > 1));
        AtLeast(100, "a phone with two LIDs", history => Pairs(history).GroupBy(one => (one.Business, Cast.Canonical(one.Phone))).Any(phone => phone.Select(one => one.Lid).Distinct().Count() > 1));
        AtLeast(50, "a LID with other phones in two businesses", history => Pairs(history).GroupBy(one => one.Lid)
            .Any(lid => lid.Select(one => one.Business).Distinct().Count() > 1 && lid.Select(one => Cast.Canonical(one.Phone)).Distinct().Count() > 1));
        AtLeast(20, "one subscriber in two spellings", history => history.Happenings.Where(one => one.Traits.NamesPhone).GroupBy(one => (one.Business, Cast.Canonical(one.Phone)))
            .Any(phone => phone.Select(one => one.Phone).Distinct().Count() > 1));
        AtLeast(50, "two phones of a LID at the same time", history => Pairs(history).GroupBy(one => (one.Business, one.Lid, one.Time, one.Traits.IsBulk))
            .Any(lid => lid.Select(one => Cast.Canonical(one.Phone)).Distinct().Count() > 1));
        AtLeast(100, "an event delivered twice", history => history.Raws.Select(raw => raw.EventId).Distinct().Count() < history.Raws.Length);
        AtLeast(100, "conversations that become one", history =>
        {
            var world = new World();
            var most = 0;
            foreach (var raw in history.Raws)
            {
                world.Feed([raw]);
                var now = history.Businesses.Sum(business => world.Linker.Linked(business).Select(one => one.Conversation).Distinct().Count());
                if (now < most) return true;
                most = now;
            }
            return false;
        });

        static IEnumerable<Happening> Pairs(History history) => history.Happenings.Where(one => one.Traits.IsPair);

        void AtLeast(int count, string what, Func<History, bool> isIn)
        {
            var found = histories.Count(isIn);
            Assert.True(found >= count, $"Only {found} of 1000 histories have {what}.");
        }
    }

    private static Place PlaceOf(RawEvent raw)
    {
        var linked = new PureResolver().Run([raw]).LastOrDefault(one => one.BodyCase != EnrichedEvent.BodyOneofCase.MappingLearned);
        return linked?.BodyCase switch
        {
            null => Place.Nowhere,
            EnrichedEvent.BodyOneofCase.Message => Of(linked.Message.Kind),
            EnrichedEvent.BodyOneofCase.Receipt => Of(linked.Receipt.Kind),
            _ => Of(linked.MessageUpdate.Kind),
        };

        static Place Of(Message.Types.Kind kind) => kind == Message.Types.Kind.Group ? Place.Group : Place.Direct;
    }
}
