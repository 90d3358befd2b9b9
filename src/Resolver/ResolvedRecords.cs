using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Resolver;

/// <summary>What one resolved event becomes: records of <c>enriched</c> and <c>lid-mappings</c>, nothing, or a dead letter.</summary>
public sealed class ResolvedRecords(OutputTopic<EnrichedEvent> enriched, OutputTopic<LidMapping> mappings, ResolverMetrics metrics)
{
    /// <summary>The outcome of one event.</summary>
    public Outcome Of(Input<RawEvent> input, RawItemRead item, ResolveResult result)
    {
        var raw = item.Raw;
        // The key decides the order and the partition; a record under another business's key would be out of both.
        if (input.Key != Topics.KeyOf(raw.BusinessId))
            return new Outcome.Reject("wrong_key", "The record's key is not the business of its value.", raw.EventId);

        var kind = result.Resolved.Kind.ToWord();
        foreach (var note in result.Resolved.Notes.Words()) metrics.CountDoubt(note);
        foreach (var statement in result.Statements) metrics.CountStatement(statement.Change.Verdict);
        metrics.CountLidAsPhone(result.RefusedPhones);

        var records = new List<Output>(1);
        // What was learned goes before the message that taught it, so that the message finds the person whole.
        foreach (var statement in result.Statements)
            if (statement.IsNews || statement.IsAnnouncedAsNewest) Announce(item, statement, records);

        if (result.Resolved.Kind == EventKind.Error)
        {
            metrics.CountEvent(kind, "dead_letter");
            // An event can name two addresses of one person soundly and be nonsense otherwise: the pair is in the table, so it is told.
            return new Outcome.Reject(result.Resolved.Fault ?? "unreadable", "The event cannot be understood; its bytes are kept unchanged.", raw.EventId) { Records = records };
        }

        var follows = Enrichment.Of(item.Origin, result.Resolved);
        var isMessage = follows?.BodyCase == EnrichedEvent.BodyOneofCase.Message;
        metrics.CountEvent(kind, isMessage ? "message" : follows is null ? "nothing" : "change");
        if (follows is not null)
        {
            if (isMessage)
                metrics.CountResolved((result.Resolved.GroupId is null ? result.Resolved.Peer : result.Resolved.Author)?.Source.ToWord() ?? "none");
            records.Add(enriched.Record(Topics.KeyOf(raw.BusinessId), follows, raw.EventId, EventTypes.Of(follows), raw.BusinessId, item.At));
        }
        foreach (var name in result.Resolved.Names)
        {
            var learned = Enrichment.OfName(item.Origin, name, item.At);
            records.Add(enriched.Record(Topics.KeyOf(raw.BusinessId), learned, learned.EventId, EventTypes.Of(learned), raw.BusinessId, item.At));
        }
        return records.Count > 0 ? Outcome.Of(records) : new Outcome.Skip(kind);
    }

    private void Announce(RawItemRead item, ResolveStatement statement, List<Output> records)
    {
        var key = new LidKey(item.Origin.BusinessId, statement.Lid);
        var id = statement.EventId.ToString();
        var learned = Enrichment.OfMapping(item.Origin, statement.EventId, key, statement.Seen, statement.Change.Previous?.Phone);
        records.Add(enriched.Record(Topics.KeyOf(key.BusinessId), learned, id, EventTypes.Of(learned), key.BusinessId, statement.Seen.At));
        records.Add(mappings.Record(
            Topics.KeyOf(key.BusinessId, key.Lid.Digits), Enrichment.OfEntry(key, statement.Change.Row.Best), id, "whatsapp.lid-mapping.v1", key.BusinessId, statement.Seen.At));
    }
}
