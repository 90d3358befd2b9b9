using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Resolver;

namespace Pipeline.Laws.Tests;

/// <summary>The Resolver without its stores and topics; the LID table is a dictionary. The only file here that knows the Resolver.</summary>
internal sealed class PureResolver
{
    private readonly Dictionary<LidKey, LidRow> table = [];
    private readonly OwnAddressBook own = new();
    private readonly Dictionary<long, long> offsets = [];

    /// <summary>What the Resolver would write for a batch, as <see cref="ResolveIdentities"/> does.</summary>
    public IReadOnlyList<EnrichedEvent> Run(IReadOnlyList<RawEvent> batch)
    {
        var page = own.Open();
        var items = batch.Select(raw => page.Read(raw, PlaceOf(raw))).ToArray();
        page.Keep();
        var pass = new ResolvePass(new LidView(), table);
        pass.Run(items);
        foreach (var (key, row) in pass.Changes.Rows) table[key] = row;

        var written = new List<EnrichedEvent>();
        for (var i = 0; i < items.Length; i++)
        {
            var (origin, result) = (items[i].Origin, pass.Results[i]);
            if (result.Ruling is { } ruling) written.Add(Enrichment.OfRuling(origin, DerivedIds.Of(origin.EventId, "ruling"), ruling));
            foreach (var statement in result.Statements)
                if (statement.IsNews || statement.IsAnnouncedAsNewest)
                    written.Add(Enrichment.OfMapping(origin, statement.EventId, new LidKey(origin.BusinessId, statement.Lid), statement.Seen, statement.Change.Previous?.Phone));
            if (result.Resolved.Kind != EventKind.Error && Enrichment.Of(origin, result.Resolved) is { } follows) written.Add(follows);
        }
        return written;
    }

    /// <summary>The phone of a LID; null when it is not known.</summary>
    public PhoneNumber? PhoneOf(long business, Lid lid) => table.GetValueOrDefault(new LidKey(business, lid))?.Best?.Phone;

    /// <summary>The phone of each LID of a business.</summary>
    public IEnumerable<(string Lid, string Phone)> PhonesOf(long business) =>
        table.Where(row => row.Key.BusinessId == business && row.Value.Best is not null).Select(row => (row.Key.Lid.Digits, row.Value.Best!.Phone.ToString()));

    /// <summary>The business's rows with all that is kept of them but where their events lie, in no order.</summary>
    public IEnumerable<string> RowsOf(long business) => table.Where(row => row.Key.BusinessId == business).Select(row =>
        $"{row.Key.Lid} {(row.Value.Best is { } best ? Describe(best) : "nobody")}{string.Concat(row.Value.Others.Select(Describe).Concat(row.Value.Rulings.Select(Describe)).Order(StringComparer.Ordinal).Select(other => $" also {other}"))}");

    // As if every business had a partition of its own: then a place says nothing about the others.
    private RawPlace PlaceOf(RawEvent raw) => new((int)raw.BusinessId, offsets[raw.BusinessId] = offsets.GetValueOrDefault(raw.BusinessId) + 1);

    private static string Describe(DatedRuling said) => $"{said.Phone} {(said.IsDenied ? "denied" : "allowed")} {said.At:mm:ss} {said.EventId}";

    private static string Describe(LidEntry entry) =>
        $"{entry.Phone} {entry.Grade} {entry.Source} {entry.FirstSeen:mm:ss}-{entry.LastSeen:mm:ss} {entry.EventId}";
}
