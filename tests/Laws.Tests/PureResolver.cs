using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Resolver;

namespace Pipeline.Laws.Tests;

/// <summary>The Resolver without its stores and topics; the LID table is a dictionary. The only file here that knows the Resolver.</summary>
internal sealed class PureResolver
{
    private readonly Dictionary<LidKey, LidEntry> table = [];

    /// <summary>What the Resolver would write for a batch, as <see cref="ResolveIdentities"/> does.</summary>
    public IReadOnlyList<EnrichedEvent> Run(IReadOnlyList<RawEvent> batch)
    {
        var items = batch.Select(RawItemRead.Of).ToArray();
        var pass = new ResolvePass(table);
        pass.Run(items);
        foreach (var (key, entry) in pass.Changes.Entries) table[key] = entry;

        var written = new List<EnrichedEvent>();
        for (var i = 0; i < items.Length; i++)
        {
            var (raw, result) = (batch[i], pass.Results[i]);
            if (result.Resolved.Kind == EventKind.Error) continue;
            foreach (var statement in result.Statements)
                if (statement.IsNews)
                    written.Add(Enrichment.OfMapping(raw, statement.EventId, new LidKey(raw.BusinessId, statement.Lid), statement.Seen, statement.Change.Other?.Phone));
            if (Enrichment.Of(raw, result.Resolved) is { } follows) written.Add(follows);
        }
        return written;
    }

    /// <summary>The phone of a LID; null when it is not known.</summary>
    public PhoneNumber? PhoneOf(long business, Lid lid) => table.GetValueOrDefault(new LidKey(business, lid))?.Phone;

    /// <summary>The phone of each LID of a business.</summary>
    public IEnumerable<(string Lid, string Phone)> PhonesOf(long business) =>
        table.Where(row => row.Key.BusinessId == business).Select(row => (row.Key.Lid.Digits, row.Value.Phone.ToString()));

    /// <summary>The business's rows with all that is kept of them but the event that wrote them, in no order.</summary>
    public IEnumerable<string> RowsOf(long business) => table.Where(row => row.Key.BusinessId == business).Select(row =>
        $"{row.Key.Lid} {row.Value.Phone} {row.Value.Grade} {row.Value.Source} {row.Value.FirstSeen:mm:ss}-{row.Value.LastSeen:mm:ss}");
}
