using System.Threading.Channels;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Resolver;

/// <summary>
/// Writes down what the resolve endpoint answers, whether in time for its batch or later: announced on <c>enriched</c> first and put
/// into the table after, so that a crash in between costs a second question and never an announcement.
/// </summary>
public sealed class EndpointAnswers(
    LidTable table,
    OutputTopic<EnrichedEvent> enriched,
    OutputTopic<LidMapping> mappings,
    RecordProducer producer,
    TimeProvider clock,
    ILogger<EndpointAnswers> log) : BackgroundService
{
    private static readonly TimeSpan AcknowledgeWithin = TimeSpan.FromSeconds(30);

    private readonly Channel<(LidKey Key, RawEvent Raw, PhoneNumber Phone)> found = Channel.CreateUnbounded<(LidKey, RawEvent, PhoneNumber)>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Waits for one answer in the background.</summary>
    /// <param name="key">The LID that was asked for.</param>
    /// <param name="raw">The event that made it necessary.</param>
    /// <param name="answer">The question under way; it never fails.</param>
    public void Follow(LidKey key, RawEvent raw, Task<PhoneNumber?> answer) =>
        _ = answer.ContinueWith(
            done =>
            {
                if (done is { IsCompletedSuccessfully: true, Result: { } phone }) found.Writer.TryWrite((key, raw, phone));
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (key, raw, phone) in found.Reader.ReadAllAsync(stoppingToken))
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await WriteDownAsync(key, raw, phone, stoppingToken);
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

    private async Task WriteDownAsync(LidKey key, RawEvent raw, PhoneNumber phone, CancellationToken cancellation)
    {
        var at = raw.ReceivedAt.ToDateTimeOffset();
        // What a session remembers is hearsay beside what a message itself states, so any stated pair outranks it.
        var eventId = DerivedIds.Of(Guid.Parse(raw.EventId), $"mapping {key.Lid} {phone}");
        var seen = new LidObservation(phone, MappingGrade.Seed, "endpoint", at, Guid.Parse(raw.EventId));
        var learned = Enrichment.OfMapping(raw, eventId, key, seen, previous: null);
        var entry = MappingRules.Decide(null, seen).Entry;
        await producer.WriteAsync(
            [
                enriched.Record(Topics.KeyOf(raw.BusinessId), learned, eventId.ToString(), EventTypes.Of(learned), raw.BusinessId, at),
                mappings.Record(Topics.KeyOf(raw.BusinessId, key.Lid.Digits), Enrichment.OfEntry(key, entry), eventId.ToString(), "whatsapp.lid-mapping.v1", raw.BusinessId, at),
            ],
            AcknowledgeWithin,
            cancellation);
        await table.ChangeAsync(
            [key],
            rows =>
            {
                var change = MappingRules.Decide(rows.GetValueOrDefault(key), seen);
                return change.Verdict is MappingVerdict.Learned or MappingVerdict.Confirmed or MappingVerdict.Replaced
                    ? new LidTableChanges(new Dictionary<LidKey, LidEntry> { [key] = change.Entry }, change.Verdict == MappingVerdict.Replaced ? [(key, change.Other!, seen.EventId)] : [])
                    : new LidTableChanges(new Dictionary<LidKey, LidEntry>(), []);
            },
            cancellation);
    }
}
