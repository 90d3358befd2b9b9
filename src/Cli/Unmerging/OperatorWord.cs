using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Cli.Operations;
using Pipeline.Contracts;
using Pipeline.Identity;

namespace Pipeline.Cli.Unmerging;

/// <summary>
/// Writes an operator's word about a pair to the raw topic, among everything else that happened to the business: what comes of it is the same
/// whenever that is read again.
/// </summary>
internal static class OperatorWord
{
    private const string EventType = "whatsapp.raw.v1";

    /// <summary>Writes it.</summary>
    /// <param name="tools">Kafka and the registry.</param>
    /// <param name="business">The business.</param>
    /// <param name="ruling">What is said.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The event.</returns>
    /// <exception cref="PipelineException">It is not certain that Kafka has it.</exception>
    public static async Task<(Guid EventId, DateTimeOffset At)> SayAsync(OperatingTools tools, long business, Ruling ruling, DateTimeOffset now, CancellationToken cancellation)
    {
        // As Postgres keeps it.
        var at = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        var id = OperatorEvents.IdOf(business, ruling, at);
        var value = new RawEvent
        {
            BusinessId = business,
            Source = OperatorEvents.Source,
            EventType = OperatorEvents.TypeOf(ruling),
            ReceivedAt = Timestamp.FromDateTimeOffset(at),
            EventId = id.ToString(),
            Payload = ByteString.CopyFrom(OperatorEvents.PayloadOf(ruling)),
        };
        var raw = await TopicWriter<RawEvent>.OpenAsync(tools, tools.Topics.Raw, cancellation);
        await raw.WriteAsync([raw.Record(value, id, EventType, business, at)], cancellation);
        return (id, at);
    }
}
