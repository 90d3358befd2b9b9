using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Resolver;

/// <summary>
/// <c>raw</c> → <c>enriched</c>: finds out who each event is from. Every event teaches what it can before it is resolved itself, and
/// whatever stays unknown goes on at once with its LID: nothing waits, nothing is dropped.
/// </summary>
public sealed class ResolveIdentities(
    LidTable table,
    ResolveEndpoint endpoint,
    EndpointAnswers answers,
    ResolvedRecords records,
    ResolverOptions options,
    ResolverMetrics metrics,
    TimeProvider clock) : IStage<RawEvent>
{
    private Tenure? tenure;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Outcome>> RunAsync(Batch<RawEvent> batch, CancellationToken cancellation)
    {
        // While another process had these partitions it may have learned what this one remembers as unknown.
        if (batch.Tenure != tenure)
        {
            await table.BeginAsync(batch.Tenure?.Partitions ?? [], Math.Min(options.WarmUpEntries, options.MemoryEntries / 2), cancellation);
            tenure = batch.Tenure;
        }

        // Load.
        await table.OpenAsync(batch.Inputs.Select(input => input.Value.BusinessId).ToHashSet(), cancellation);
        var own = table.Own.Open();
        var items = new RawItemRead[batch.Inputs.Count];
        for (var i = 0; i < items.Length; i++)
        {
            var input = batch.Inputs[i];
            var item = own.Read(input.Value, PlaceOf(input.Position));
            items[i] = input.IsCacheOnly ? item with { AsksNobody = true } : item;
        }
        var view = await table.FindAsync(LidsNeeded(items), cancellation);

        // Decide: on what is known here; when that would write something, again on the truth.
        var pass = Decide(items, view, null, own);
        if (!pass.Changes.IsEmpty)
        {
            await table.ChangeAsync(LidsTouched(items, pass), rows => (pass = Decide(items, view, rows, own)).Changes, cancellation);
            own.Keep();
        }
        if (endpoint.IsConfigured) await AskEndpointAsync(items, pass, cancellation);

        // Answer.
        foreach (var hint in pass.Changes.Hints) metrics.CountHint(options.TrustsQuotes(hint.Key.BusinessId));
        return [.. batch.Inputs.Select((input, i) => records.Of(input, items[i], pass.Results[i]))];
    }

    private static RawPlace PlaceOf(Position position) => new(position.Partition, position.Offset);

    private static HashSet<LidKey> LidsNeeded(RawItemRead[] items)
    {
        var keys = new HashSet<LidKey>();
        var doubtful = new List<string>();
        foreach (var item in items)
        {
            var business = item.Origin.BusinessId;
            foreach (var key in LidsStated(item)) keys.Add(key);
            foreach (var party in item.Parties)
                if (party.Phone is null && party.Lid is { } lid) keys.Add(new LidKey(business, lid));
            if (item.Read is { Names.Count: > 0, Contact: { Phone: null, Lid: { } named } }) keys.Add(new LidKey(business, named));
            // A phone whose digits this business knows as a LID is not believed, so the digits are looked up as well.
            doubtful.Clear();
            item.Read.AddPhoneDigits(doubtful);
            if (item.Read.Hint is { } hint) doubtful.Add(hint.Digits);
            foreach (var digits in doubtful)
                if (Lid.TryParse(digits, out var doubted)) keys.Add(new LidKey(business, doubted));
        }
        return keys;
    }

    private static HashSet<LidKey> LidsTouched(RawItemRead[] items, ResolvePass pass)
    {
        var keys = new HashSet<LidKey>(pass.Changes.Parked.Keys);
        foreach (var hint in pass.Changes.Hints) keys.Add(hint.Key);
        foreach (var item in items)
            foreach (var key in LidsStated(item)) keys.Add(key);
        return keys;
    }

    private static IEnumerable<LidKey> LidsStated(RawItemRead item)
    {
        foreach (var pair in item.Read.Pairs) yield return new LidKey(item.Origin.BusinessId, pair.Lid);
        if (item.Read.Ruling is { } ruling) yield return new LidKey(item.Origin.BusinessId, ruling.Lid);
    }

    private ResolvePass Decide(RawItemRead[] items, LidView view, IReadOnlyDictionary<LidKey, LidRow>? truth, OwnAddressBook.Page own)
    {
        var pass = new ResolvePass(view, truth, options.TrustsQuotes);
        pass.Run(items);
        pass.Changes.OwnAddresses.AddRange(own.New);
        return pass;
    }

    private async Task AskEndpointAsync(RawItemRead[] items, ResolvePass pass, CancellationToken cancellation)
    {
        var flights = new Dictionary<LidKey, Task<EndpointAnswer>>();
        // Only whoever parks a LID asks for it; after that its next question has a time of its own.
        foreach (var (key, origin) in pass.Changes.Parked) flights[key] = answers.FollowAsync(key, origin, endpoint.FindAsync(key));
        for (var i = 0; i < items.Length; i++)
            foreach (var lid in pass.Results[i].UnknownLids)
            {
                var key = new LidKey(items[i].Origin.BusinessId, lid);
                if (!flights.ContainsKey(key) && endpoint.UnderWay(key) is { } flight) flights[key] = flight;
            }
        if (flights.Count == 0) return;

        // What has not answered by then goes on unresolved; EndpointAnswers takes care of it when it comes.
        if (!endpoint.IsBroken) await Task.WhenAny(Task.WhenAll(flights.Values), Task.Delay(options.EndpointWait, clock, cancellation));
        for (var i = 0; i < items.Length; i++)
        {
            var business = items[i].Origin.BusinessId;
            pass.ResolveByEndpoint(i, lid =>
            {
                var key = new LidKey(business, lid);
                if (!flights.TryGetValue(key, out var answer) || !answer.IsCompletedSuccessfully || answer.Result.Phone is not { } phone) return null;
                return pass.IsDenied(key, phone) ? null : phone;
            });
        }
    }
}
