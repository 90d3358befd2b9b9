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
    OutputTopic<EnrichedEvent> enriched,
    OutputTopic<LidMapping> mappings,
    ResolverOptions options,
    ResolverMetrics metrics,
    TimeProvider clock) : IStage<RawEvent>
{
    private object? tenure;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Outcome>> RunAsync(Batch<RawEvent> batch, CancellationToken cancellation)
    {
        // While another process had these partitions it may have learned what this one remembers as unknown.
        if (batch.Tenure != tenure) table.Forget();
        tenure = batch.Tenure;

        // Load.
        var items = new RawItemRead[batch.Inputs.Count];
        for (var i = 0; i < items.Length; i++) items[i] = RawItemRead.Of(batch.Inputs[i].Value);
        var view = await table.FindAsync(LidsNeeded(items), cancellation);

        // Decide.
        var pass = new ResolvePass(view);
        if (pass.TeachesSomething(items))
            await table.ChangeAsync(
                LidsStated(items),
                rows =>
                {
                    // Called with the truth, and again from the start should the transaction be repeated.
                    pass = new ResolvePass(view, rows);
                    pass.Run(items);
                    return pass.Changes;
                },
                cancellation);
        else
            pass.Run(items);

        if (endpoint.IsConfigured) await AskEndpointAsync(items, pass, cancellation);

        // Answer.
        var outcomes = new Outcome[items.Length];
        for (var i = 0; i < items.Length; i++) outcomes[i] = Answer(batch.Inputs[i], items[i], pass.Results[i]);
        return outcomes;
    }

    private static HashSet<LidKey> LidsNeeded(RawItemRead[] items)
    {
        var keys = new HashSet<LidKey>();
        var doubtful = new List<string>();
        foreach (var item in items)
        {
            foreach (var pair in item.Read.Pairs) keys.Add(new LidKey(item.Raw.BusinessId, pair.Lid));
            foreach (var party in item.Parties)
                if (party.Phone is null && party.Lid is { } lid) keys.Add(new LidKey(item.Raw.BusinessId, lid));
            // A phone whose digits this business knows as a LID is not believed, so the digits are looked up as well.
            doubtful.Clear();
            item.Read.AddPhoneDigits(doubtful);
            foreach (var digits in doubtful)
                if (Lid.TryParse(digits, out var doubted)) keys.Add(new LidKey(item.Raw.BusinessId, doubted));
        }
        return keys;
    }

    private static HashSet<LidKey> LidsStated(RawItemRead[] items)
    {
        var keys = new HashSet<LidKey>();
        foreach (var item in items)
            foreach (var pair in item.Read.Pairs) keys.Add(new LidKey(item.Raw.BusinessId, pair.Lid));
        return keys;
    }

    private async Task AskEndpointAsync(RawItemRead[] items, ResolvePass pass, CancellationToken cancellation)
    {
        var asked = new Dictionary<LidKey, Task<PhoneNumber?>>();
        for (var i = 0; i < items.Length; i++)
            foreach (var lid in pass.Results[i].UnknownLids)
            {
                var key = new LidKey(items[i].Raw.BusinessId, lid);
                if (asked.ContainsKey(key)) continue;
                asked[key] = endpoint.FindAsync(key);
                answers.Follow(key, items[i].Raw, asked[key]);
            }
        if (asked.Count == 0) return;

        if (!endpoint.IsBroken)
        {
            // What has not answered by then goes on unresolved; EndpointAnswers takes care of it when it comes.
            var all = Task.WhenAll(asked.Values);
            await Task.WhenAny(all, Task.Delay(options.EndpointWait, clock, cancellation));
        }
        for (var i = 0; i < items.Length; i++)
            pass.ResolveByEndpoint(items[i], i, lid => asked.TryGetValue(new LidKey(items[i].Raw.BusinessId, lid), out var answer) && answer.IsCompletedSuccessfully ? answer.Result : null);
    }

    private Outcome Answer(Input<RawEvent> input, RawItemRead item, ResolveResult result)
    {
        var raw = item.Raw;
        // The key decides the order and the partition; a record under another business's key would be out of both.
        if (input.Key != Topics.KeyOf(raw.BusinessId))
            return new Outcome.Reject("wrong_key", "The record's key is not the business of its value.", raw.EventId);

        var kind = result.Resolved.Kind.ToWord();
        foreach (var note in result.Resolved.Notes.Words()) metrics.CountDoubt(note);
        foreach (var statement in result.Statements) metrics.CountStatement(statement.Change.Verdict);

        if (result.Resolved.Kind == EventKind.Error)
        {
            metrics.CountEvent(kind, "dead_letter");
            return new Outcome.Reject(result.Resolved.Fault ?? "unreadable", "The event cannot be understood; its bytes are kept unchanged.", raw.EventId);
        }

        var records = new List<Output>(1);
        // What was learned goes before the message that taught it, so that the message finds the person whole.
        foreach (var statement in result.Statements)
        {
            if (!statement.IsNews) continue;
            var key = new LidKey(raw.BusinessId, statement.Lid);
            records.Add(MappingLearned(raw, key, statement));
            records.Add(mappings.Record(
                Topics.KeyOf(raw.BusinessId, key.Lid.Digits), Enrichment.OfEntry(key, statement.Change.Entry), statement.EventId.ToString(), "whatsapp.lid-mapping.v1", raw.BusinessId, statement.Seen.At));
        }

        var follows = Enrichment.Of(raw, result.Resolved);
        var isMessage = follows?.BodyCase == EnrichedEvent.BodyOneofCase.Message;
        metrics.CountEvent(kind, isMessage ? "message" : follows is null ? "nothing" : "change");
        if (follows is not null)
        {
            if (isMessage)
                metrics.CountResolved((result.Resolved.GroupId is null ? result.Resolved.Peer : result.Resolved.Author)?.Source.ToWord() ?? "none");
            records.Add(enriched.Record(Topics.KeyOf(raw.BusinessId), follows, raw.EventId, EventTypes.Of(follows), raw.BusinessId, item.At));
        }
        return records.Count > 0 ? Outcome.Of(records) : new Outcome.Skip(kind);
    }

    private Output MappingLearned(RawEvent raw, LidKey key, ResolveStatement statement)
    {
        var learned = Enrichment.OfMapping(raw, statement.EventId, key, statement.Seen, statement.Change.Other?.Phone);
        return enriched.Record(Topics.KeyOf(raw.BusinessId), learned, statement.EventId.ToString(), EventTypes.Of(learned), raw.BusinessId, statement.Seen.At);
    }
}
