using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Tests.Explain;

/// <summary>A raw topic with one partition on a broker of its own, and its dead letters.</summary>
internal sealed class RawTopic : IDisposable
{
    private static readonly byte[] Frame = Contracts.WireFormat.Frame(1, RawEvent.Descriptor);

    private readonly Topics topics = new();
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly IProducer<byte[], byte[]> producer;

    public RawTopic()
    {
        foreach (var topic in topics.All) broker.CreateTopic(topic.Name, 1).CreateTopic(topic.Name + Topics.DeadLetterSuffix, 1);
        producer = new ProducerBuilder<byte[], byte[]>(new Dictionary<string, string> { ["bootstrap.servers"] = broker.BootstrapServers }).Build();
    }

    /// <summary>Where it is.</summary>
    public string BootstrapServers => broker.BootstrapServers;

    /// <summary>Writes an event as the Ingestor does.</summary>
    /// <param name="business">The business.</param>
    /// <param name="number">The last digits of its event id.</param>
    /// <param name="payload">The item.</param>
    /// <param name="type">The producer's name of the event.</param>
    /// <param name="part">The list it stood in.</param>
    public Task WriteAsync(long business, int number, string payload, string type = "messages.upsert", string part = "messages") =>
        WriteBytesAsync(topics.Raw.Name, business, [.. Frame, .. new RawEvent
        {
            BusinessId = business,
            Source = "baileys",
            Session = $"business_{business}",
            EventType = type,
            Part = part,
            Delivery = "notify",
            OwnPhoneAddress = "972555550100:14@s.whatsapp.net",
            OwnLidAddress = "118203344556677:14@lid",
            ReceivedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(new DateTime(2025, 10, 9, 8, 0, 1, DateTimeKind.Utc)),
            EventId = IdOf(number),
            Payload = ByteString.CopyFromUtf8(payload),
        }.ToByteArray()]);

    /// <summary>Writes bytes that are no event.</summary>
    public Task WriteNonsenseAsync(long business) => WriteBytesAsync(topics.Raw.Name, business, "nonsense"u8.ToArray());

    /// <summary>Sets an event aside.</summary>
    public Task SetAsideAsync(long business, int number, string reason) => WriteBytesAsync(
        topics.Raw.Name + Topics.DeadLetterSuffix, business, [0],
        (HeaderNames.EventId, IdOf(number)), (HeaderNames.ErrorPrefix + "topic", topics.Raw.Name), (HeaderNames.ErrorPrefix + "connector.name", "resolver"), (HeaderNames.DeadLetterReason, reason));

    public void Dispose()
    {
        producer.Dispose();
        broker.Dispose();
    }

    private static string IdOf(int number) => $"00000000-0000-5000-8000-{number:d12}";

    private async Task WriteBytesAsync(string topic, long business, byte[] value, params (string Name, string Value)[] headers)
    {
        var message = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(Topics.KeyOf(business)), Value = value, Headers = [] };
        foreach (var (name, text) in headers) message.Headers.Add(name, Encoding.UTF8.GetBytes(text));
        await producer.ProduceAsync(topic, message);
    }
}
