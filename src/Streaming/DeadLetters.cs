using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Why a record is set aside.</summary>
/// <param name="Stage">What was being done: <see cref="DeadLetters.Decode"/> or the service's own word.</param>
/// <param name="Reason">A short code.</param>
/// <param name="Detail">One sentence for the operator, without personal data.</param>
/// <param name="EventId">The event id, where known.</param>
/// <param name="ExceptionType">Full name of the exception's type, where there was one. Never its message, which may quote the record.</param>
/// <param name="Attempts">How often the record was tried.</param>
/// <param name="FirstFailureAt">When it first failed.</param>
internal sealed record Rejection(
    string Stage, string Reason, string Detail, string EventId, string? ExceptionType, int Attempts, DateTimeOffset FirstFailureAt);

/// <summary>
/// Makes dead letters: the original key, bytes, headers and timestamp, and after them why, under the names of Kafka Connect, which
/// the tools of the field know, and our own. No stack trace and no personal data.
/// </summary>
/// <param name="service">The service that sets the record aside.</param>
/// <param name="instance">Which of its copies.</param>
/// <param name="worker">The stage's class.</param>
internal sealed class DeadLetters(string service, string instance, string worker)
{
    /// <summary>Kafka Connect's word for a value that cannot be decoded.</summary>
    public const string Decode = "VALUE_CONVERTER";

    /// <summary>What the headers of a dead letter may take, in bytes. Reserved in the limit of every other record, so that each of them can become a dead letter.</summary>
    public const int Reserve = 16 * 1024;

    /// <summary>The dead letter of a record.</summary>
    public Message<byte[], byte[]> Of(ConsumeResult<byte[], byte[]> record, Rejection why)
    {
        var headers = new Headers();
        foreach (var header in record.Message.Headers) headers.Add(header.Key, header.GetValueBytes());

        Add("topic", record.Topic);
        Add("partition", record.Partition.Value.ToString(CultureInfo.InvariantCulture));
        Add("offset", record.Offset.Value.ToString(CultureInfo.InvariantCulture));
        Add("connector.name", service);
        Add("task.id", instance);
        Add("stage", why.Stage);
        Add("class.name", worker);
        if (why.ExceptionType is { } exception) Add("exception.class.name", exception);
        Add("exception.message", Shorten(why.Detail));
        AddPlain(HeaderNames.DeadLetterReason, why.Reason);
        AddPlain(HeaderNames.DeadLetterAttempts, why.Attempts.ToString(CultureInfo.InvariantCulture));
        AddPlain(HeaderNames.DeadLetterFirstFailureAt, Envelope.Rfc3339(why.FirstFailureAt));
        if (why.EventId.Length > 0 && !record.Message.Headers.TryGetLastBytes(HeaderNames.EventId, out _)) AddPlain(HeaderNames.EventId, why.EventId);

        return new Message<byte[], byte[]>
        {
            Key = record.Message.Key,
            Value = record.Message.Value,
            Headers = headers,
            Timestamp = new Timestamp(record.Message.Timestamp.UnixTimestampMs, TimestampType.CreateTime),
        };

        void Add(string name, string value) => AddPlain(HeaderNames.ErrorPrefix + name, value);
        void AddPlain(string name, string value) => headers.Add(name, Encoding.UTF8.GetBytes(value));
    }

    private static string Shorten(string text) => text.Length <= 1000 ? text : text[..1000];
}
