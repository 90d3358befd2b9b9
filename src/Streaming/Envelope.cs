using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>
/// Turns an <see cref="Output"/> into a Kafka message with its headers. Made for a hundred thousand records a second: what repeats
/// from record to record (names, business, type, partition) is encoded once.
/// </summary>
internal sealed class Envelope
{
    /// <summary>What Kafka adds to key, value and headers of one record at most, generously.</summary>
    private const int RecordOverhead = 96;

    /// <summary>What Kafka adds to name and value of one header at most.</summary>
    private const int HeaderOverhead = 10;

    // Businesses come and go; the cache is dropped when it has become larger than any installation.
    private const int MostCached = 50_000;

    private static readonly byte[] Version = "1.0"u8.ToArray();
    private static readonly byte[] Protobuf = "application/protobuf"u8.ToArray();

    private readonly ConcurrentDictionary<string, byte[]> texts = new();
    private readonly ConcurrentDictionary<long, byte[]> sources = new();
    private readonly ConcurrentDictionary<int, byte[]> partitions = new();

    /// <summary>The message of one output.</summary>
    /// <param name="output">What to write.</param>
    /// <param name="source">The record it follows from; null when it follows from none (the first topic, background work).</param>
    /// <param name="traceParent">A valid W3C trace context.</param>
    public Message<byte[], byte[]> Of(Output output, Position? source, string traceParent)
    {
        var eventId = Encoding.UTF8.GetBytes(output.EventId);
        var headers = new Headers
        {
            new Header(HeaderNames.EventId, eventId),
            new Header(HeaderNames.CloudEventId, eventId),
            new Header(HeaderNames.CloudEventVersion, Version),
            new Header(HeaderNames.CloudEventSource, SourceOf(output.BusinessId)),
            new Header(HeaderNames.CloudEventType, TextOf(output.EventType)),
            new Header(HeaderNames.ContentType, Protobuf),
            new Header(HeaderNames.TraceParent, Encoding.UTF8.GetBytes(traceParent)),
        };
        if (output.Time is { } time)
            headers.Add(new Header(HeaderNames.CloudEventTime, Encoding.UTF8.GetBytes(Rfc3339(time))));
        if (source is { } position)
        {
            headers.Add(new Header(HeaderNames.SourceTopic, TextOf(position.Topic)));
            headers.Add(new Header(HeaderNames.SourcePartition, PartitionOf(position.Partition)));
            headers.Add(new Header(HeaderNames.SourceOffset, Encoding.UTF8.GetBytes(position.Offset.ToString(CultureInfo.InvariantCulture))));
        }
        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(output.Key), Value = output.Value!, Headers = headers };
    }

    /// <summary>An upper bound of what a message takes in a request, in bytes: what librdkafka compares with <c>message.max.bytes</c>, or a little more.</summary>
    public static int SizeOf(Message<byte[], byte[]> message)
    {
        var size = RecordOverhead + (message.Key?.Length ?? 0) + (message.Value?.Length ?? 0);
        for (var i = 0; i < message.Headers.Count; i++)
        {
            var header = message.Headers[i];
            size += header.Key.Length + (header.GetValueBytes()?.Length ?? 0) + HeaderOverhead;
        }
        return size;
    }

    /// <summary>A time as CloudEvents wants it.</summary>
    public static string Rfc3339(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private byte[] SourceOf(long business)
    {
        if (sources.TryGetValue(business, out var known)) return known;
        if (sources.Count >= MostCached) sources.Clear();
        return sources[business] = Encoding.UTF8.GetBytes("/whatsapp/" + business.ToString(CultureInfo.InvariantCulture));
    }

    private byte[] PartitionOf(int partition) =>
        partitions.GetOrAdd(partition, static number => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    private byte[] TextOf(string text)
    {
        if (texts.TryGetValue(text, out var known)) return known;
        if (texts.Count >= MostCached) texts.Clear();
        return texts[text] = Encoding.UTF8.GetBytes(text);
    }
}
