using System.Threading.Channels;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Resolver;

/// <summary>
/// Writes down what the resolve endpoint answers, whether in time for its batch or later. A phone is announced on <c>enriched</c> first and
/// put into the table after, so that a crash in between costs a second question and never an announcement. “Unknown” puts the next
/// question off. No answer writes nothing: the question's lease runs out and it is asked again.
/// </summary>
public sealed class EndpointAnswers(
    LidTable table,
    ParkedLids parked,
    OutputTopic<EnrichedEvent> enriched,
    OutputTopic<LidMapping> mappings,
    RecordProducer producer,
    TimeProvider clock,
    ILogger<EndpointAnswers> log) : BackgroundService
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan AcknowledgeWithin = TimeSpan.FromSeconds(30);

    private readonly Channel<Answered> answers = Channel.CreateUnbounded<Answered>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Takes care that one answer is written down, whenever it comes.</summary>
    /// <param name="key">The LID that was asked for.</param>
    /// <param name="origin">The event that made it necessary.</param>
    /// <param name="answer">The question under way; it never fails.</param>
    /// <returns>The same answer, once it is in line to be written down.</returns>
    public async Task<EndpointAnswer> FollowAsync(LidKey key, EventOrigin origin, Task<EndpointAnswer> answer)
    {
        var come = await answer;
        if (come.IsAnswer) answers.Writer.TryWrite(new Answered(key, origin, come.Phone is { } phone ? SeenNow(phone, origin) : null));
        return come;
    }

    /// <summary>Writes down what was said earlier, when nobody is there to be asked again: a rebuild takes over what the live table remembers.</summary>
    /// <param name="key">The LID it was said of.</param>
    /// <param name="origin">The event that it followed from.</param>
    /// <param name="seen">What was said, as it was noted then.</param>
    public void Remember(LidKey key, EventOrigin origin, LidObservation seen) => answers.Writer.TryWrite(new Answered(key, origin, seen));

    /// <summary>Writes down what has been answered so far. For tests; the service does it by itself.</summary>
    public async Task WriteDownAsync(CancellationToken cancellation)
    {
        var some = new List<Answered>();
        while (some.Count < MostAtOnce && answers.Reader.TryRead(out var one)) some.Add(one);
        if (some.Count > 0) await WriteDownAsync(some, cancellation);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var some = new List<Answered>();
        while (await answers.Reader.WaitToReadAsync(stoppingToken))
        {
            some.Clear();
            while (some.Count < MostAtOnce && answers.Reader.TryRead(out var one)) some.Add(one);
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await WriteDownAsync(some, stoppingToken);
                    break;
                }
                catch (Exception fault) when (fault is KafkaUnavailableException || Transient.Is(fault))
                {
                    log.AnswerWaits(fault.GetType().Name);
                    await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken);
                }
            }
        }
    }

    private async Task WriteDownAsync(List<Answered> some, CancellationToken cancellation)
    {
        var found = some.Where(one => one.Seen is not null).DistinctBy(one => (one.Key, one.Seen!.Value.Phone)).ToArray();
        await table.OpenAsync([.. found.Select(one => one.Key.BusinessId).Distinct()], cancellation);
        var announced = new List<Answered>();
        foreach (var one in found)
            if (!await table.DeniesAsync(one.Key, one.Seen!.Value.Phone, cancellation)) announced.Add(one);

        // A phone that an operator has denied leaves the LID as unknown as before; that it was said is kept.
        var unknown = some.Where(one => one.Seen is null).Concat(found.Except(announced)).Select(one => one.Key).ToHashSet();
        if (unknown.Count > 0) await parked.NoteUnknownAsync(unknown, clock.GetUtcNow(), cancellation);
        if (found.Length == 0) return;
        await producer.WriteAsync([.. announced.SelectMany(Announcement)], AcknowledgeWithin, cancellation);
        await table.ChangeAsync([.. found.Select(one => one.Key).Distinct()], rows => Decide(found, rows), cancellation);
    }

    private static TableChanges Decide(Answered[] found, IReadOnlyDictionary<LidKey, LidRow> rows)
    {
        var changes = new TableChanges();
        foreach (var one in found)
        {
            var before = changes.Rows.GetValueOrDefault(one.Key) ?? rows.GetValueOrDefault(one.Key);
            var change = MappingRules.Decide(before, one.Seen!.Value);
            if (!ReferenceEquals(change.Row, before)) changes.Rows[one.Key] = change.Row;
            if (change.Verdict == MappingVerdict.Replaced) changes.Moved.Add(one.Key);
            if (change.Row.Best is not null) changes.Found.Add(one.Key);
        }
        return changes;
    }

    private Output[] Announcement(Answered one)
    {
        var (key, origin, seen) = (one.Key, one.Origin, one.Seen!.Value);
        var eventId = DerivedIds.Of(origin.EventId, $"mapping {key.Lid} {seen.Phone}");
        var learned = Enrichment.OfMapping(origin, eventId, key, seen, previous: null);
        var entry = MappingRules.Decide(null, seen).Stated;
        return
        [
            enriched.Record(Topics.KeyOf(key.BusinessId), learned, eventId.ToString(), EventTypes.Of(learned), key.BusinessId, seen.At),
            mappings.Record(Topics.KeyOf(key.BusinessId, key.Lid.Digits), Enrichment.OfEntry(key, entry), eventId.ToString(), "whatsapp.lid-mapping.v1", key.BusinessId, seen.At),
        ];
    }

    // What a session remembers is hearsay beside what a message itself states, so any stated pair outranks it.
    private LidObservation SeenNow(PhoneNumber phone, EventOrigin origin) =>
        new(phone, MappingGrade.Seed, "endpoint", Microseconds.Of(clock.GetUtcNow()), origin.EventId, origin.Raw);

    private readonly record struct Answered(LidKey Key, EventOrigin Origin, LidObservation? Seen);
}
