using Google.Protobuf;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Operations;

/// <summary>Writes to a topic for a command: what cannot be written is told in a sentence and an advice.</summary>
/// <param name="topic">The topic, connected.</param>
/// <param name="producer">Writes records.</param>
internal sealed class TopicWriter<T>(OutputTopic<T> topic, RecordProducer producer)
    where T : class, IMessage<T>, new()
{
    private static readonly TimeSpan AcknowledgeWithin = TimeSpan.FromSeconds(15);

    /// <summary>Connects.</summary>
    /// <exception cref="PipelineException">The Schema Registry is away or does not know the topic. Nothing was written.</exception>
    public static async Task<TopicWriter<T>> OpenAsync(OperatingTools tools, Topic<T> topic, CancellationToken cancellation)
    {
        try
        {
            var output = new OutputTopic<T>(topic);
            await output.ConnectAsync(tools.Registry, cancellation);
            return new TopicWriter<T>(output, tools.Producer);
        }
        catch (HttpRequestException away)
        {
            throw new PipelineException($"The Schema Registry at {tools.Registry.Url} does not answer: {away.Message}", "Nothing was written. Does --registry (SchemaRegistry__Url) name it?", inner: away);
        }
        catch (SchemaNotRegisteredException missing)
        {
            throw new PipelineException(missing.Message, "Nothing was written. ./pipeline schemas register registers the schemas.", inner: missing);
        }
    }

    /// <summary>A record, see <see cref="OutputTopic{T}.Record"/>.</summary>
    public Output Record(T value, Guid eventId, string eventType, long businessId, DateTimeOffset at) =>
        topic.Record(Topics.KeyOf(businessId), value, eventId.ToString(), eventType, businessId, at);

    /// <summary>Writes the records and returns when Kafka has them.</summary>
    /// <exception cref="PipelineException">It is not certain that Kafka has them.</exception>
    public async Task WriteAsync(IReadOnlyList<Output> records, CancellationToken cancellation)
    {
        try
        {
            await producer.WriteAsync(records, AcknowledgeWithin, cancellation);
        }
        catch (KafkaUnavailableException away)
        {
            throw new PipelineException(away.Message, "Whether it was written is not known; saying it again does no harm. Does --bootstrap-servers (Kafka__BootstrapServers) name Kafka?", inner: away);
        }
    }
}
