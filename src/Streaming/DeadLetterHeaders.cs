using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Pipeline.Streaming;

/// <summary>
/// What the headers of a dead letter say, whoever wrote it: Kafka Connect (and the product itself), Kafka Streams (KIP-1034), Spring,
/// Wolverine and Silverback are understood.
/// </summary>
/// <param name="Family">Whose headers they are; <c>none</c> when nobody's.</param>
/// <param name="Topic">The topic the record was read from; null when they do not say.</param>
/// <param name="Partition">Its partition there, where said.</param>
/// <param name="Offset">Its offset there, where said.</param>
/// <param name="Service">Who set it aside; empty when they do not say.</param>
/// <param name="Reason">Why, a short code or the exception's type; empty when they do not say.</param>
/// <param name="Detail">One sentence more. Another system's may quote the record.</param>
/// <param name="Attempts">How often it was tried, where said.</param>
/// <param name="FailedAt">When it first failed, where said.</param>
/// <param name="Redrives">How often it has been sent back.</param>
public sealed record DeadLetterHeaders(
    string Family, string? Topic, int? Partition, long? Offset, string Service, string Reason, string Detail, int? Attempts, DateTimeOffset? FailedAt, int Redrives)
{
    private const string Streams = "__streams.errors.";
    private const string Spring = "kafka_dlt-";
    private const string Silverback = "x-source-";

    // Wolverine's names could be anybody's, so they count only together.
    private static readonly string[] Wolverine = ["exception-type", "exception-message", "exception-stack", "failed-at", "original-topic", "original-partition", "original-offset", "attempts"];
    private static readonly string[] Prefixes = [HeaderNames.ErrorPrefix, Streams, Spring, Silverback];
    private static readonly string[] Names =
        [HeaderNames.DeadLetterReason, HeaderNames.DeadLetterAttempts, HeaderNames.DeadLetterFirstFailureAt, "x-failed-attempts", "x-failure-reason"];

    /// <summary>Reads them.</summary>
    public static DeadLetterHeaders Of(StoredRecord record)
    {
        var redrives = (int)(Number(record.TextOf(HeaderNames.DeadLetterRedrives)) ?? 0);
        if (Has(HeaderNames.ErrorPrefix)) return OfConnect(record, redrives);
        if (Has(Streams))
            return new("streams", record.TextOf(Streams + "topic"), Int(Streams + "partition"), Number(record.TextOf(Streams + "offset")), "", record.TextOf(Streams + "exception") ?? "", record.TextOf(Streams + "message") ?? "", null, null, redrives);
        if (Has(Spring)) return OfSpring(record, redrives);
        if (IsWolverine(record))
            return new("wolverine", record.TextOf("original-topic"), Int("original-partition"), Number(record.TextOf("original-offset")), "", record.TextOf("exception-type") ?? "", record.TextOf("exception-message") ?? "", Int("attempts"), UnixTime(Number(record.TextOf("failed-at"))), redrives);
        if (Has(Silverback))
            return new("silverback", record.TextOf(Silverback + "topic"), Int(Silverback + "partition"), Number(record.TextOf(Silverback + "offset")), "", record.TextOf("x-failure-reason") ?? "", "", Int("x-failed-attempts"), null, redrives);
        return new("none", null, null, null, "", "", "", null, null, redrives);

        bool Has(string prefix) => record.Headers.Any(header => header.Key.StartsWith(prefix, StringComparison.Ordinal));
        int? Int(string name) => (int?)Number(record.TextOf(name));
    }

    /// <summary>The headers that the record had before it was set aside.</summary>
    public static IEnumerable<KeyValuePair<string, byte[]>> Original(StoredRecord record)
    {
        var isWolverine = IsWolverine(record);
        return record.Headers.Where(header =>
            !Prefixes.Any(prefix => header.Key.StartsWith(prefix, StringComparison.Ordinal)) && !Names.Contains(header.Key)
            && header.Key != HeaderNames.DeadLetterRedrives && !(isWolverine && Wolverine.Contains(header.Key)));
    }

    private static DeadLetterHeaders OfConnect(StoredRecord record, int redrives)
    {
        var failedAt = DateTimeOffset.TryParse(record.TextOf(HeaderNames.DeadLetterFirstFailureAt), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : (DateTimeOffset?)null;
        return new(
            "connect",
            Connect("topic"),
            (int?)Number(Connect("partition")),
            Number(Connect("offset")),
            Connect("connector.name") ?? "",
            record.TextOf(HeaderNames.DeadLetterReason) ?? Connect("exception.class.name") ?? "",
            Connect("exception.message") ?? "",
            (int?)Number(record.TextOf(HeaderNames.DeadLetterAttempts)),
            failedAt,
            redrives);

        string? Connect(string name) => record.TextOf(HeaderNames.ErrorPrefix + name);
    }

    private static DeadLetterHeaders OfSpring(StoredRecord record, int redrives) => new(
        "spring",
        record.TextOf(Spring + "original-topic"),
        (int?)Binary(record, Spring + "original-partition", sizeof(int)),
        Binary(record, Spring + "original-offset", sizeof(long)),
        record.TextOf(Spring + "original-consumer-group") ?? "",
        record.TextOf(Spring + "exception-fqcn") ?? "",
        record.TextOf(Spring + "exception-message") ?? "",
        null,
        null,
        redrives);

    private static bool IsWolverine(StoredRecord record) => record.TextOf("exception-type") is not null && record.TextOf("failed-at") is not null;

    // Big-endian bytes; what has been through a tool that writes JSON may have become base64 of them.
    private static long? Binary(StoredRecord record, string name, int size)
    {
        var bytes = record.Headers.LastOrDefault(header => header.Key == name).Value;
        if (bytes is null) return null;
        if (bytes.Length != size)
        {
            var decoded = new byte[size];
            var text = Encoding.UTF8.GetString(bytes);
            if (!Convert.TryFromBase64String(text, decoded, out var length) || length != size) return Number(text);
            bytes = decoded;
        }
        return size == sizeof(int) ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt64BigEndian(bytes);
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? UnixTime(long? milliseconds) =>
        milliseconds is >= 0 and < 253_402_300_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.Value) : null;
}
