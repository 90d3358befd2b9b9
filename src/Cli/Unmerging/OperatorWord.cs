using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Cli.Operations;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Cli.Unmerging;

/// <summary>
/// Writes an operator's word about a pair to the raw topic, among everything else that happened to the business: what comes of it is the same
/// whenever that is read again.
/// </summary>
internal static class OperatorWord
{
    private const string EventType = "whatsapp.raw.v1";
    private static readonly TimeSpan AcknowledgeWithin = TimeSpan.FromSeconds(15);

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
        try
        {
            var topic = new OutputTopic<RawEvent>(tools.Topics.Raw);
            await topic.ConnectAsync(tools.Registry, cancellation);
            await tools.Producer.WriteAsync([topic.Record(Topics.KeyOf(business), value, id.ToString(), EventType, business, at)], AcknowledgeWithin, cancellation);
        }
        catch (HttpRequestException away)
        {
            throw new PipelineException($"The Schema Registry at {tools.Registry.Url} does not answer: {away.Message}", "Nothing was written. Does --registry (SchemaRegistry__Url) name it?", inner: away);
        }
        catch (SchemaNotRegisteredException missing)
        {
            throw new PipelineException(missing.Message, "Nothing was written. ./pipeline schemas register registers the schemas.", inner: missing);
        }
        catch (KafkaUnavailableException away)
        {
            throw new PipelineException(away.Message, "Whether it was written is not known; saying it again does no harm. Does --bootstrap-servers (Kafka__BootstrapServers) name Kafka?", inner: away);
        }
        return (id, at);
    }
}
