namespace Pipeline.Streaming;

/// <summary>A record as it lies in Kafka, for tools that look at topics without decoding them or write records back.</summary>
/// <param name="Position">Where it lies.</param>
/// <param name="Key">Key bytes; null when it has none.</param>
/// <param name="Value">Value bytes, frame included; null is a tombstone.</param>
/// <param name="Headers">Its headers in their order; a name may come more than once.</param>
/// <param name="Timestamp">Its Kafka timestamp.</param>
public sealed record StoredRecord(
    Position Position, byte[]? Key, byte[]? Value, IReadOnlyList<KeyValuePair<string, byte[]>> Headers, DateTimeOffset Timestamp)
{
    /// <summary>The text of the last header of a name, or null.</summary>
    public string? TextOf(string header)
    {
        for (var i = Headers.Count - 1; i >= 0; i--)
            if (Headers[i].Key == header)
                return System.Text.Encoding.UTF8.GetString(Headers[i].Value);
        return null;
    }
}
