using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Identity;
using Xunit;

namespace Pipeline.Laws.Tests;

/// <summary>The laws with an operator among those who speak: pairs of the history are denied and allowed again at any moment.</summary>
public sealed class DenialLawTests
{
    private const long Start = 1760000000;

    // Law 2.
    [Fact]
    public void Every_order_of_statements_and_denials_ends_with_the_same_LID_table_to_the_last_column() => new Law((history, random) =>
    {
        var raws = WithRulings(history, random);
        var first = new PureResolver();
        first.Run(raws);
        RawEvent[] again = [.. raws, .. raws.Where(_ => random.Next(4) == 0)];
        random.Shuffle(again);
        var other = new PureResolver();
        for (var at = 0; at < again.Length;)
        {
            var batch = again.Skip(at).Take(random.Next(1, 9)).ToArray();
            at += batch.Length;
            other.Run(batch);
        }
        return history.Businesses.Select(business => Differ(first, other, business)).FirstOrDefault(wrong => wrong is not null);
    }).Holds();

    [Fact]
    public void What_is_denied_when_an_event_comes_is_together_in_nothing_that_follows_from_it() => new Law((history, random) =>
    {
        var resolver = new PureResolver();
        var denied = new Dictionary<(long, string, string), (long At, bool IsDenied)>();
        foreach (var raw in WithRulings(history, random))
        {
            var written = resolver.Run([raw]);
            foreach (var one in written)
            {
                if (one.PairDenied is { } said)
                {
                    var (pair, word) = ((one.BusinessId, said.Lid, said.Phone), (said.At.Seconds, said.Denied));
                    // At one moment the denial stands.
                    if (!denied.TryGetValue(pair, out var before) || word.CompareTo(before) > 0) denied[pair] = word;
                }
                foreach (var (lid, phone) in PairsIn(one))
                    if (denied.TryGetValue((one.BusinessId, lid, phone), out var standing) && standing.IsDenied) return $"{one} has a denied pair";
            }
            foreach (var business in history.Businesses)
                foreach (var (lid, phone) in resolver.PhonesOf(business))
                    if (denied.TryGetValue((business, lid, phone), out var standing) && standing.IsDenied) return $"the table has the denied pair {lid} {phone}";
        }
        return null;
    }).Holds();

    private static RawEvent[] WithRulings(History history, Random random)
    {
        var pairs = history.Happenings.Where(one => one.Traits.IsPair).Select(one => (one.Business, one.Lid, Phone: Cast.Canonical(one.Phone))).Distinct().ToArray();
        var rulings = pairs.SelectMany(pair => Enumerable.Range(0, random.Next(4)).Select(_ => Ruling(pair.Business, pair.Lid, pair.Phone, random.Next(3) > 0, random.Next(10))));
        RawEvent[] raws = [.. history.Raws, .. rulings];
        random.Shuffle(raws);
        return raws;
    }

    private static RawEvent Ruling(long business, string lid, string phone, bool isDenied, int second)
    {
        Assert.True(Lid.TryParse(lid, out var parsed));
        var (ruling, at) = (new Ruling(parsed, PhoneNumber.FromE164(phone)!.Value, isDenied), DateTimeOffset.FromUnixTimeSeconds(Start + second));
        return new RawEvent
        {
            BusinessId = business,
            Source = OperatorEvents.Source,
            EventType = OperatorEvents.TypeOf(ruling),
            ReceivedAt = Timestamp.FromDateTimeOffset(at),
            EventId = OperatorEvents.IdOf(business, ruling, at).ToString(),
            Payload = ByteString.CopyFrom(OperatorEvents.PayloadOf(ruling)),
        };
    }

    private static IEnumerable<(string Lid, string Phone)> PairsIn(EnrichedEvent one)
    {
        if (one.MappingLearned is { } mapping) yield return (mapping.Lid, mapping.Phone);
        Party?[] parties = [one.Message?.Peer, one.Message?.Author, one.Receipt?.Peer, one.Receipt?.Reader, one.MessageUpdate?.Peer, one.MessageUpdate?.Author];
        foreach (var party in parties)
            if (party is { IsBusiness: false, Phone.Length: > 0, Lid.Length: > 0 }) yield return (party.Lid, party.Phone);
    }

    private static string? Differ(PureResolver one, PureResolver other, long business)
    {
        var (rows, others) = (string.Join('\n', one.RowsOf(business).Order(StringComparer.Ordinal)), string.Join('\n', other.RowsOf(business).Order(StringComparer.Ordinal)));
        return rows == others ? null : $"LID table of business {business} differs:\n{rows}\n  and\n{others}";
    }
}
