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

        if (result.Ruling is { } ruling)
        {
            metrics.CountEvent(kind, "ruling");
            Announce(item, ruling, records);
            return Outcome.Of(records);
        }
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
        records.Add(CompactedRow(key, statement.Change.Row, id, statement.Seen.At));
    }

    // All of it each time the event comes: nobody can tell whether it was told before the last crash.
    private void Announce(RawItemRead item, ResolveRuling ruling, List<Output> records)
    {
        var (key, said) = (ruling.Key, ruling.Said);
        var id = DerivedIds.Of(item.Origin.EventId, $"ruling {key.Lid} {said.Phone}");
        var denied = Enrichment.OfRuling(item.Origin, id, ruling);
        records.Add(enriched.Record(Topics.KeyOf(key.BusinessId), denied, id.ToString(), EventTypes.Of(denied), key.BusinessId, said.At));
        if (ruling.Allowed is { } allowed)
        {
            var learnedId = DerivedIds.Of(item.Origin.EventId, $"mapping {key.Lid} {allowed.Phone}");
            var seen = new LidObservation(allowed.Phone, allowed.Grade, allowed.Source, allowed.LastSeen, allowed.EventId, allowed.Raw);
            var learned = Enrichment.OfMapping(item.Origin, learnedId, key, seen, previous: null);
            records.Add(enriched.Record(Topics.KeyOf(key.BusinessId), learned, learnedId.ToString(), EventTypes.Of(learned), key.BusinessId, said.At));
        }
        records.Add(CompactedRow(key, ruling.Row, id.ToString(), said.At));
    }

    private Output CompactedRow(LidKey key, LidRow row, string eventId, DateTimeOffset at)
    {
        var name = Topics.KeyOf(key.BusinessId, key.Lid.Digits);
        return row.Best is { } best
            ? mappings.Record(name, Enrichment.OfEntry(key, best), eventId, EventTypes.LidMapping, key.BusinessId, at)
            : mappings.Tombstone(name, eventId, EventTypes.LidMapping, key.BusinessId, at);
    }
}
